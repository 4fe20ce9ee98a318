import type { Context } from "./context.js";
import { segmentIdsOf } from "./payload.js";

/** The reply of a reading script: items, and the payloads that they name by their place. */
export interface Reply {
  readonly items: readonly (readonly unknown[])[];
  /** Decodes a value again each time: no two checkpoints may share an object that a graph changes. */
  load(place: unknown): Promise<unknown>;
}

export function readReply({ codec, known }: Context, threadId: string, raw: unknown): Reply {
  const [items = [], payloads = [], segments = []] = asList(raw).map(asList);
  const parts = new Map<string, unknown>();
  if (segments.length > 0) {
    for (const id of segmentIdsIn(payloads)) parts.set(id, segments[parts.size]);
    known.add(threadId, parts.keys());
  }

  const segment = (id: string): Buffer => stored(parts.get(id), "a list segment");
  return {
    items: items.map(asList),
    load: (place) => codec.decode(stored(payloads[Number(place) - 1], "a value"), segment),
  };
}

/** Each once, in the order in which the script gives the segments. */
function segmentIdsIn(payloads: readonly unknown[]): Set<string> {
  const ids = new Set<string>();
  for (const payload of payloads) {
    for (const id of (payload === null ? undefined : segmentIdsOf(asBytes(payload))) ?? []) ids.add(id);
  }
  return ids;
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

/** Goes through a flat list, as Lua gives it, record by record. */
export function forEachGroup(
  flat: unknown,
  size: number,
  visit: (list: readonly unknown[], at: number) => void,
): void {
  const list = asList(flat);
  for (let at = 0; at < list.length; at += size) visit(list, at);
}

function stored(payload: unknown, what: string): Buffer {
  if (payload === null || payload === undefined) {
    throw new Error(`Redis no longer has ${what} that a checkpoint refers to.`);
  }
  return asBytes(payload);
}

const unexpected = (reply: unknown): Error => new Error(`Redis sent an unexpected reply: ${String(reply)}`);
