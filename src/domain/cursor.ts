import { createHash } from "node:crypto";
import { invalid } from "./errors.js";

export interface Cursors {
  /** Where the next page begins; undefined at the end. */
  write(place: string | undefined): string | undefined;
  /** What `form` finds in the place that a caller's cursor names; undefined: the walk begins. */
  read(cursor: string | undefined, form: RegExp): RegExpExecArray | undefined;
}

const MARK_LENGTH = 12;

/**
 * The cursors of one walk. With another query they would skip what they shouldn't, so they end with its mark; `differs`
 * names in a refusal what the query was of. Anybody can write a cursor: a place says where to look, never what may be seen.
 */
export function cursorsOf(differs: string, ...query: readonly unknown[]): Cursors {
  const hash = createHash("sha256").update(JSON.stringify(query));
  const mark = hash.digest("base64url").slice(0, MARK_LENGTH);
  return {
    write: (place) =>
      place === undefined ? undefined : Buffer.from(`${place} ${mark}`).toString("base64url"),
    read(cursor, form) {
      if (cursor === undefined) return undefined;
      const text = Buffer.from(cursor, "base64url").toString("utf8");
      const [, place = "", given] = /^(.*) ([\w-]{12})$/s.exec(text) ?? [];
      const found = form.exec(place);
      // What is no text would come back as another one.
      if (given === undefined || found === null || Buffer.from(text).toString("base64url") !== cursor)
        throw invalid("cursor", "Invalid cursor.");
      if (given !== mark) throw invalid("cursor", `The cursor was issued for a different ${differs}.`);
      return found;
    },
  };
}
