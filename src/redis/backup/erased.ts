import type { ContentLine, ErasedKind } from "../../backup/lines.js";

/** As lua/gone.lua has them. */
const LETTERS: Readonly<Record<ErasedKind, string>> = {
  memory: "m",
  memory_history: "h",
  session: "s",
  state: "d",
  state_history: "e",
  receipt: "r",
  alias: "a",
};
const KINDS = new Map(Object.entries(LETTERS).map(([what, letter]) => [letter, what as ErasedKind]));

/** Reads what lua/gone.lua writes. */
export function erasedLine(namespace: string, note: string, at: number): ContentLine[] {
  const what = KINDS.get(note.slice(0, 1));
  return what === undefined ? [] : [{ kind: "erased", namespace, what, id: note.slice(2), at }];
}

/** What stands for something among what was deleted. */
export const noteOf = (what: ErasedKind, id: string): string => `${LETTERS[what]} ${id}`;

/** Documents are exported as of another moment than the rest. */
export const isOfState = (note: string): boolean => note.startsWith("d ") || note.startsWith("e ");
