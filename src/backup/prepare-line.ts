import { invalid } from "../domain/errors.js";
import { keepShown } from "../pii/treat.js";
import type { ImportRun } from "./import-run.js";
import type { ContentLine } from "./lines.js";

/** How far the clock of the exporting store may be ahead. */
export const CLOCKS_APART_MS = 5 * 60_000;

/**
 * Does what must come before a line is written, and returns the line as it is written. Awaited line by line: what is sent
 * together is then written in the file's order.
 */
export async function prepared(run: ImportRun, line: ContentLine): Promise<ContentLine> {
  const { memory, target } = run.services;
  const { dryRun, restoreErased } = run.options;
  // Such a note would delete what is still to be written, and outlive the others.
  if (line.kind === "erased" && line.at > run.context.now() + CLOCKS_APART_MS) {
    throw invalid("at", "The time of a deletion is still to come.");
  }
  // A sweep that is under way must leave the originals of tokens that the line shows.
  if (!dryRun) await keepShown(memory.vault, line.namespace, textsOf(line));
  return line.kind === "memory" && !restoreErased ? target.withoutErasedWords(line) : line;
}

function textsOf(line: ContentLine): object {
  if (line.kind !== "memory" && line.kind !== "version") return line;
  const { vectors: _, ...texts } = line;
  return texts;
}
