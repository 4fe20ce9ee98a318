import type { Context } from "../../domain/context.js";
import { partKeysOf, setOfItem, setOfPart } from "../model/parts.js";
import type { Memory, MemoryType } from "../model/record.js";
import type { RetentionStore } from "../ports/retention.js";
import type { SessionServices } from "../sessions/services.js";
import { removeVersion } from "./remove.js";

interface Kept {
  readonly namespace: string;
  readonly type: MemoryType;
  /** Milliseconds. */
  readonly keep: number;
}

interface Removing {
  readonly store: Pick<RetentionStore, "memoriesBefore" | "hasItemOf">;
  readonly sessions: Pick<SessionServices, "memory">;
}

/** Looked for in one call. */
const AT_ONCE = 100;

/**
 * Deletes some of the memories whose current version is older than they are kept, and returns how many. Parts of an item
 * go with it, whatever their own age: they are older than their item, which may have been revised since.
 */
export async function removeMemories(services: Removing, context: Context, kept: Kept): Promise<number> {
  const { store, sessions } = services;
  const { namespace, type, keep } = kept;
  const before = context.now() - keep;
  let count = 0;
  for (const ref of await store.memoriesBefore(namespace, type, before, AT_ONCE)) {
    const memory = await sessions.memory.store.peek(ref);
    // Revised since it was found, or told by another type.
    if (memory === undefined || memory.memory_type !== type || memory.updated_at > before) continue;
    // The index doesn't know yet that it is one: an older release wrote it.
    if (setOfPart(memory) !== undefined) continue;
    if (await removeVersion(sessions, context, ref, memory.version))
      count += 1 + (await removeParts(services, context, memory));
  }
  return count;
}

/** Whoever may write can copy an item under another key: its parts go with the last one. */
async function removeParts({ store, sessions }: Removing, context: Context, item: Memory): Promise<number> {
  const { namespace } = item;
  const set = setOfItem(item);
  if (set === undefined || (await store.hasItemOf(namespace, set))) return 0;
  let count = 0;
  for (const key of partKeysOf(item)) {
    const part = await sessions.memory.store.peekItem({ namespace, key });
    if (part === undefined || setOfPart(part) !== set) continue;
    if (await removeVersion(sessions, context, { namespace, id: part.id }, part.version)) count += 1;
  }
  return count;
}
