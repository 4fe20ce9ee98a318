import type { ContentLine } from "../../backup/lines.js";

/** Reads what lua/gone.lua writes. */
export function erasedLine(namespace: string, note: string, at: number): ContentLine[] {
  const what = ({ m: "memory", s: "session", d: "state", r: "receipt" } as const)[note.slice(0, 1)];
  return what === undefined ? [] : [{ kind: "erased", namespace, what, id: note.slice(2), at }];
}
