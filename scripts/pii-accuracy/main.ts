// node scripts/run.mjs pii-accuracy [--texts N] [--seed N] [--json] [--write]: precision and recall of the detectors of
// personal data on generated texts.
import { parseArgs } from "node:util";
import { writeBlock } from "../figures/write-block.js";
import { table } from "../harness/table.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { measure } from "./measure.js";
import type { Score } from "./measure.js";
import { seeded } from "./random.js";

const USAGE =
  "usage: pii-accuracy [--texts N] [--seed N] [--json] [--write], which writes the table into docs/privacy.md";

function main(): void {
  const { texts, seed, json, write } = parse(process.argv.slice(2));
  const scores = measure(seeded(seed), texts);
  if (json) console.log(JSON.stringify({ texts, seed, scores }, undefined, 2));
  else console.log(tableOf(scores));
  if (write) writeBlock("privacy.md", "pii-accuracy", tableOf(scores));
}

function tableOf(scores: readonly Score[]): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return table(
    ["kind", "values", "found", "wrong", "precision", "recall"],
    scores.map(({ kind, values, found, wrong, precision, recall }) => [
      `\`${kind}\``,
      String(values),
      String(found),
      String(wrong),
      percent(precision),
      percent(recall),
    ]),
  );
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        texts: { type: "string", default: "20000" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    });
    const [texts, seed] = [Number(values.texts), Number(values.seed)];
    if (Number.isInteger(texts) && texts > 0 && Number.isInteger(seed)) {
      return { texts, seed, json: values.json, write: values.write };
    }
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
  throw new Failure(USAGE);
}

try {
  main();
} catch (error) {
  reportFailure(error);
}
