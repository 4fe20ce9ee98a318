import type { Context } from "../../domain/context.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import { partKeysOf, setOfItem, setOfPart } from "../items/parts.js";
import type { Memory, MemoryType } from "../model/record.js";
import type { RetentionStore } from "../ports/retention.js";
import type { SessionServices } from "../sessions/services.js";

interface Kept {
  readonly namespace: string;
  readonly type: MemoryType;
  /** Milliseconds. */
  readonly keep: number;
}

interface Removing {
  readonly store: Pick<RetentionStore, "memoriesBefore" | "memoriesNaming">;
  readonly sessions: Pick<SessionServices, "memory">;
}

/** Looked for in one call. */
const AT_ONCE = 100;
/** Parts that stay and are looked past, in one call. */
const MOST_PAST = 10_000;
/** Parts are written before their item. */
const SETTLED_MS = 3600 * 1000;

/**
 * Deletes some of the memories whose current version is older than they are kept, and returns how many. Parts of an item
 * go with it, whatever their own age: they are older than their item, which may have been revised since. Parts that no
 * item names are of a put that didn't come to its end, and go by their age.
 */
export async function removeMemories(services: Removing, context: Context, kept: Kept): Promise<number> {
  const { store, sessions } = services;
  const { namespace, type, keep } = kept;
  const now = context.now();
  const staying = new Set<string>();
  const hasItem = new Map<string, boolean>();
  for (;;) {
    const limit = AT_ONCE + staying.size;
    const refs = await store.memoriesBefore(namespace, type, now - keep, limit);
    const before = staying.size;
    let count = 0;
    for (const ref of refs) {
      if (staying.has(ref.id)) continue;
      const memory = await sessions.memory.store.peek(ref);
      // Revised since it was found, or told by another type.
      if (memory === undefined || memory.memory_type !== type || memory.updated_at > now - keep) continue;
      const set = setOfPart(memory);
      if (set !== undefined) {
        const settles = memory.updated_at > now - SETTLED_MS;
        const belongs = settles || (hasItem.get(set) ?? (await isNamed(services, namespace, set)));
        if (!settles) hasItem.set(set, belongs);
        if (belongs) {
          staying.add(ref.id);
          continue;
        }
      }
      if (await remove(services, context, memory))
        count += 1 + (await removeParts(services, context, memory));
    }
    const looksPast = staying.size > before && staying.size <= MOST_PAST && refs.length === limit;
    if (count > 0 || !looksPast) return count;
  }
}

async function isNamed({ store, sessions }: Removing, namespace: string, set: string): Promise<boolean> {
  for (const ref of await store.memoriesNaming(namespace, set)) {
    const memory = await sessions.memory.store.peek(ref);
    if (memory !== undefined && setOfItem(memory) === set) return true;
  }
  return false;
}

async function removeParts(services: Removing, context: Context, item: Memory): Promise<number> {
  let count = 0;
  for (const key of partKeysOf(item)) {
    const part = await services.sessions.memory.store.peekItem({ namespace: item.namespace, key });
    if (part !== undefined && setOfPart(part) !== undefined && (await remove(services, context, part)))
      count += 1;
  }
  return count;
}

async function remove({ sessions }: Removing, context: Context, memory: Memory): Promise<boolean> {
  const { namespace, id, version } = memory;
  return (
    (await removeQuietly(sessions.memory, context, { namespace, id }, { version }, "forget")) === "removed"
  );
}
