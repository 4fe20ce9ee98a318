// node scripts/run.mjs pii-accuracy [--texts N] [--seed N] [--json] [--write]: precision and recall of the detectors of
// personal data on generated texts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { table } from "../harness/table.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { measure } from "./measure.js";
import type { Score } from "./measure.js";
import { seeded } from "./random.js";

const USAGE =
  "usage: pii-accuracy [--texts N] [--seed N] [--json] [--write], which writes the table into docs/privacy.md";
const BLOCK = /(<!-- pii-accuracy -->\n)[\s\S]*?(<!-- end of pii-accuracy -->)/;

function main(): void {
  const { texts, seed, json, write } = parse(process.argv.slice(2));
  const scores = measure(seeded(seed), texts);
  if (json) console.log(JSON.stringify({ texts, seed, scores }, undefined, 2));
  else console.log(tableOf(scores));
  if (write) writeBlock(tableOf(scores));
}

function writeBlock(text: string): void {
  const file = join(repositoryRoot(), "docs", "privacy.md");
  const before = readFileSync(file, "utf8");
  if (!BLOCK.test(before)) throw new Failure(`${file} has no block for these figures.`);
  writeFileSync(
    file,
    before.replace(BLOCK, (_, begin: string, end: string) => `${begin}\n${text}\n\n${end}`),
  );
  console.error("Run `npm run format` to align the table.");
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
