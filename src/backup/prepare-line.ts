import { keepShown } from "../pii/treat.js";
import type { ImportRun } from "./import-run.js";
import type { ContentLine } from "./lines.js";

/**
 * Does what must come before a line is written, and returns the line as it is written. Awaited line by line: what is sent
 * together is then written in the file's order.
 */
export async function prepared(run: ImportRun, line: ContentLine): Promise<ContentLine> {
  const { memory, target } = run.services;
  const { dryRun, restoreErased } = run.options;
  // A sweep that is under way must leave the originals of tokens that the line shows.
  if (!dryRun) await keepShown(memory.vault, line.namespace, textsOf(line));
  return line.kind === "memory" && !restoreErased ? target.withoutErasedWords(line) : line;
}

function textsOf(line: ContentLine): object {
  if (line.kind !== "memory" && line.kind !== "version") return line;
  const { vectors: _, ...texts } = line;
  return texts;
}
