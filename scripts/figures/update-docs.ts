import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { BLOCKS, chartsOf } from "./blocks.js";
import { readResult } from "./results.js";

const DOCUMENTS = ["benchmarks.md", "recall.md"].map((name) => join("docs", name));
const BLOCK = /(<!-- figures: ([\w-]+) -->\n)([\s\S]*?)(\n<!-- end of figures -->)/g;

export interface Update {
  readonly file: string;
  readonly blocks: readonly string[];
}

/**
 * Writes the figures of the result files between the markers of docs. A block of which there is no result
 * stays as it is; so do charts. Gives which blocks were written.
 */
export function updateDocs(root: string = repositoryRoot()): Update[] {
  writeCharts(root);
  return DOCUMENTS.flatMap((name) => {
    const file = join(root, name);
    const before = readFileSync(file, "utf8");
    const blocks: string[] = [];
    const after = before.replaceAll(BLOCK, (whole, begin: string, block: string, _old, end: string) => {
      const render = BLOCKS[block];
      if (render === undefined) throw new Error(`${name} has a block "${block}" that nothing writes.`);
      const text = render((result) => readResult(result, root));
      if (text === undefined) return whole;
      blocks.push(block);
      return `${begin}\n${text}\n${end}`;
    });
    if (after !== before) writeFileSync(file, after);
    return blocks.length === 0 ? [] : [{ file, blocks }];
  });
}

function writeCharts(root: string): void {
  const folder = join(root, "docs", "charts");
  for (const [name, svg] of chartsOf((result) => readResult(result, root))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), svg);
  }
}
