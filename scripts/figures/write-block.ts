import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { Failure } from "../shell/failure.js";

/** Writes a text between `<!-- name -->` and `<!-- end of name -->` in a document of docs/. */
export function writeBlock(document: string, name: string, text: string): void {
  const file = join(repositoryRoot(), "docs", document);
  const before = readFileSync(file, "utf8");
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from === -1 || to < from) throw new Failure(`${file} has no block for these figures.`);
  writeFileSync(file, `${before.slice(0, from)}${begin}\n${text}\n\n${before.slice(to)}`);
  console.error(`${file} has the table. Run \`npm run format\` to align it.`);
}
