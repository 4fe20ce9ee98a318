import type { Context } from "./context.js";

/** What a reading script gives: items, and the payloads that they name by seq. */
export interface Reply {
  readonly items: readonly (readonly unknown[])[];
  /** Decodes a value anew each time: no two checkpoints may share an object that a graph changes. */
  load(seq: unknown): Promise<unknown>;
}

export function readReply({ codec, known }: Context, threadId: string, raw: unknown): Reply {
  const [items, values, elements] = asList(raw);
  const payloads = new Map<number, Buffer>();
  for (const [seq, payload] of pairs(values)) payloads.set(Number(seq), asBytes(payload));
  const parts = new Map<string, Buffer>();
  for (const [id, payload] of pairs(elements)) parts.set(asBytes(id).toString("latin1"), asBytes(payload));
  known.add(threadId, parts.keys());

  const element = (id: string): Buffer => found(parts.get(id), "a list element");
  return {
    items: asList(items).map(asList),
    load: (seq) => codec.decode(found(payloads.get(Number(seq)), "a value"), element),
  };
}

export function asList(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw unexpected(reply);
  return reply;
}

export function asBytes(reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw unexpected(reply);
  return reply;
}

export function asText(reply: unknown): string {
  return asBytes(reply).toString();
}

export function pairs(flat: unknown): readonly (readonly [unknown, unknown])[] {
  return groups(flat, 2).map(([first, second]) => [first, second]);
}

/** Splits a flat list, as Lua gives it, into its records. */
export function groups(flat: unknown, size: number): readonly (readonly unknown[])[] {
  const list = asList(flat);
  return Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, (i + 1) * size));
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Redis does not have ${what} that a checkpoint refers to.`);
  return value;
}

const unexpected = (reply: unknown): Error => new Error(`Redis gave an unexpected reply: ${String(reply)}`);
