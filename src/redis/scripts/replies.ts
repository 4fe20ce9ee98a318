/**
 * Decoders of replies in RESP2. A reply of another shape than the decoder's throws: read as an empty list, it would look
 * as if nothing were there. Where nil means "not there", the decoder's name says `OrNone`.
 */
export class WrongReplyError extends Error {
  constructor(expected: string, reply: unknown, command = "Redis") {
    const got = reply === null ? "nil" : Array.isArray(reply) ? "another array" : `a ${typeof reply}`;
    super(`expected ${expected} as the reply of ${command}, got ${got}`);
  }
}

export function arrayOf(reply: unknown, command?: string): readonly unknown[] {
  if (!Array.isArray(reply)) throw new WrongReplyError("an array", reply, command);
  return reply;
}

/** A script may reply with a number as the text that it has written elsewhere. */
export function integer(reply: unknown): number {
  const number = typeof reply === "string" && /^-?\d+$/.test(reply) ? Number(reply) : reply;
  if (typeof number !== "number" || !Number.isFinite(number)) throw new WrongReplyError("an integer", reply);
  return number;
}

export function text(reply: unknown): string {
  if (typeof reply === "number") return String(reply);
  if (typeof reply !== "string") throw new WrongReplyError("a text", reply);
  return reply;
}

/** A reply of a client that returns bytes. */
export function bytes(reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw new WrongReplyError("bytes", reply);
  return reply;
}

const orNone =
  <Value>(decode: (reply: unknown) => Value) =>
  (reply: unknown): Value | undefined =>
    reply === null ? undefined : decode(reply);

export const textOrNone = orNone(text);

export const textsOrNone = (reply: unknown): (string | undefined)[] => arrayOf(reply).map(textOrNone);

export const integersOrNone = (reply: unknown): (number | undefined)[] => arrayOf(reply).map(orNone(integer));

/** Nil where the whole list isn't there, or one of its texts. */
export const listOfTextsOrNone = orNone(textsOrNone);

/** Names and values in turn. */
function pairsOf(reply: unknown): [name: unknown, value: unknown][] {
  const flat = arrayOf(reply);
  if (flat.length % 2 !== 0) throw new WrongReplyError("alternating names and values", reply);
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

/** A hash by field; empty if there is none, as HGETALL replies. */
export const fields = (reply: unknown): Record<string, string> =>
  Object.fromEntries(pairsOf(reply).map(([name, value]) => [text(name), text(value)]));

export const fieldLists = (reply: unknown): Record<string, string>[] => arrayOf(reply).map(fields);

/** Names and hashes, in turn. */
export const namedFields = (
  reply: unknown,
): readonly (readonly [name: string, fields: Record<string, string>])[] =>
  pairsOf(reply).map(([name, hash]) => [text(name), fields(hash)]);

/** Members of a sorted set by time with these times. */
export const notesWithTimes = (reply: unknown): readonly (readonly [note: string, at: number])[] =>
  pairsOf(reply).map(([note, at]) => [text(note), integer(at)]);

/** A code, and what goes with it. */
export function parts(reply: unknown): readonly [code: number, ...rest: string[]] {
  const [code, ...rest] = arrayOf(reply);
  return [integer(code), ...rest.map(text)];
}

export const partLists = (reply: unknown) => arrayOf(reply).map(parts);

export function pairOfLists(reply: unknown): readonly [unknown, unknown] {
  const [first, second] = arrayOf(reply);
  return [arrayOf(first), arrayOf(second)];
}

/** The result of backup/lua/dump-state.lua. */
export function stateDump(reply: unknown) {
  const [facts, value, entries, more] = arrayOf(reply);
  return {
    facts: fields(facts),
    text: text(value),
    entries: arrayOf(entries).map((entry) => {
      const [id, flat] = arrayOf(entry);
      return [text(id), fields(flat)] as const;
    }),
    more: text(more) === "1",
  };
}
