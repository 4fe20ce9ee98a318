import { jsonLinesOf } from "../input/json-lines.js";
import type { SourceFile } from "../source.js";
import { fieldsOf, objectAt, own, textAt } from "../values.js";
import type { Fields } from "../values.js";

/** By memory: its last line that replaces or deletes what lines before it say. Other memories have one line. */
export type LastLines = ReadonlyMap<string, LastLine>;

interface LastLine {
  /** Of all values of all files. */
  readonly position: number;
  readonly erased: boolean;
}

/** Reads exports in order, and keeps the names of memories that changed while one ran, or after one of the files. */
export async function lastLines(files: readonly SourceFile[]): Promise<LastLines> {
  const last = new Map<string, LastLine>();
  let position = 0;
  for (const file of files) {
    let increment = false;
    // It is read twice: only the second time is progress.
    for await (const { value } of jsonLinesOf(file, { bytes: 0 })) {
      position++;
      const line = fieldsOf(value);
      const kind = textAt(line, "kind");
      if (kind === "manifest") increment = typeof own(line, "since") === "string";
      const name = nameOf(line);
      if (name === undefined) continue;
      if (kind === "erased") last.set(name, { position, erased: true });
      else if (increment || own(line, "again") === true) last.set(name, { position, erased: false });
    }
  }
  return last;
}

/** Why a line makes no memory; undefined: it makes one. */
export function leftFor(last: LastLines, line: Fields | undefined, position: number): string | undefined {
  const found = last.get(nameOf(line) ?? "");
  if (found === undefined || found.position <= position) return undefined;
  return found.erased ? "deleted since" : "revised since";
}

/** A memory's id is unique in its namespace only. Undefined: the line is of no memory. */
function nameOf(line: Fields | undefined): string | undefined {
  const kind = textAt(line, "kind");
  const erased = kind === "erased" && own(line, "what") === "memory";
  if (!erased && kind !== "memory") return undefined;
  const id = textAt(erased ? line : objectAt(line, "memory"), "id");
  return JSON.stringify([textAt(line, "namespace"), id]);
}
