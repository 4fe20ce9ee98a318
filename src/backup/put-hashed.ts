import { hash } from "node:crypto";
import { trailOf } from "../access/trail.js";
import type { ImportRun } from "./import-run.js";
import type { ErasedLine } from "./lines.js";
import type { Outcome } from "./ports.js";

/** Lines that name what is gone by the SHA-1 of its name: it is looked for among all names, so lines are taken together. */
export const isHashed = ({ what }: ErasedLine): boolean =>
  what === "state" || what === "state_history" || what === "alias";

/** What a line names: two lines about one document or one name have the same. */
export const hashedPlace = ({ namespace, what, id }: ErasedLine): string =>
  `${what === "alias" ? "alias" : "state"} ${namespace} ${id}`;

export const statePlace = (namespace: string, key: string): string =>
  `state ${namespace} ${hash("sha1", key)}`;

/**
 * Documents and aliases that are still here go, and all of the lines are noted. Outcomes in their order. `key`: of the
 * document that all of them name; undefined: what they name is looked for.
 */
export async function putHashed(
  run: ImportRun,
  lines: readonly ErasedLine[],
  key?: string,
): Promise<readonly Outcome[]> {
  if (lines.length === 0) return [];
  // They name what the file itself holds only where that is from before.
  if (run.options.restoreErased) return lines.map(() => "skipped");
  const left =
    key === undefined ? await run.services.target.hashedLeft(lines) : lines.map(() => new Set([key]));
  const outcomes: Outcome[] = [];
  for (const [index, line] of lines.entries())
    outcomes.push(await putLine(run, line, left[index] ?? new Set()));
  return outcomes;
}

async function putLine(run: ImportRun, line: ErasedLine, names: ReadonlySet<string>): Promise<Outcome> {
  const { target, memory } = run.services;
  const { dryRun } = run.options;
  const trail = trailOf(run.context, line.what === "alias" ? "import.memory" : "import.state");
  // First the note: an import of an older file beside this one must not bring back what is deleted here.
  const isNew = dryRun || (await target.putErased(trail, line));
  let removed = false;
  for (const name of names) {
    if (await target.removeHashed(trail, line, name, dryRun)) removed = true;
    // A list forgets the names that no fact holds any more as it meets them.
    if (line.what === "alias" && !dryRun) await memory.entities.list(line.namespace, name, undefined, 1);
  }
  if (removed) return "replaced";
  return isNew ? "created" : "unchanged";
}
