import { writeFileSync } from "node:fs";
import { loadEnv } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { saveResult } from "../figures/results.js";
import { updateDocs } from "../figures/update-docs.js";
import { parseOptions } from "./options.js";
import { PARTS } from "./parts.js";

/** Durations of operations, next to the raw Redis commands that they need. Figures to stdout, progress to stderr. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const { parts, records, samples, against, json, save, updateDocs: writes } = options;
  if (writes) {
    const updated = updateDocs();
    for (const { file, blocks } of updated) console.log(`${file}: ${blocks.join(", ")}`);
    console.log(updated.length === 0 ? "No figures are kept." : "Run `npm run format` to align the tables.");
    return;
  }
  const env = loadEnv();
  const figures: Record<string, object> = {};
  for (const name of parts) {
    const part = PARTS.get(name);
    if (part === undefined) continue;
    const note = (line: string): void => console.error(`${name}: ${line}`);
    const result = await part({ env, records, samples, against, note });
    console.log(`\n${result.report}`);
    figures[name] = result.figures;
    if (save) console.error(`${name}: kept in ${saveResult(name, result.figures)}`);
  }
  if (json !== undefined) {
    const finished = { finished_at: new Date().toISOString(), ...figures };
    writeFileSync(json, `${JSON.stringify(finished, null, 2)}\n`);
  }
}

await main().catch(reportFailure);
process.exit();
