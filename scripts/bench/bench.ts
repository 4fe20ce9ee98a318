import { writeFileSync } from "node:fs";
import { isClone } from "../bootstrap/root.mjs";
import { loadEnv } from "../shell/env.js";
import { Failure } from "../shell/failure.js";
import { saveResult } from "../figures/results.js";
import { updateDocs } from "../figures/update-docs.js";
import type { BenchOptions } from "./command.js";
import type { PartName } from "./part-names.js";
import { PARTS } from "./parts.js";

/** Parts that compare with packages, or other builds, that an installed package doesn't have. */
const OF_A_CLONE: ReadonlySet<PartName> = new Set(["checkpointer", "cost", "profile"]);

/** Durations of operations, next to the raw Redis commands that they need. Figures to stdout, progress to stderr. */
export async function bench(parts: readonly PartName[], options: BenchOptions): Promise<void> {
  const { records, samples, against, json, save = false } = options;
  if ((save || options.updateDocs === true) && !isClone())
    throw new Failure("Figures are kept in a clone only.");
  if (options.updateDocs === true && !save) {
    writeDocs();
    return;
  }
  const env = loadEnv();
  const figures: Record<string, object> = {};
  for (const name of parts) {
    const note = (line: string): void => console.error(`${name}: ${line}`);
    if (OF_A_CLONE.has(name) && !isClone()) {
      note("left out: it needs a clone of mneme, with its development packages");
      continue;
    }
    const part = await PARTS[name]();
    const result = await part({ env, records, samples, against, note });
    console.log(`\n${result.report}`);
    figures[name] = result.figures;
    if (save) console.error(`${name}: kept in ${saveResult(name, result.figures)}`);
  }
  if (json !== undefined) {
    const finished = { finished_at: new Date().toISOString(), ...figures };
    writeFileSync(json, `${JSON.stringify(finished, null, 2)}\n`);
  }
  if (options.updateDocs === true) writeDocs();
}

function writeDocs(): void {
  const updated = updateDocs();
  for (const { file, blocks } of updated) console.log(`${file}: ${blocks.join(", ")}`);
  console.log(updated.length === 0 ? "No figures are kept." : "Run `npm run format` to align the tables.");
}
