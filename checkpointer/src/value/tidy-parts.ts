import type { StoreContext } from "../store/context.js";
import { PAGE_LIMIT } from "../store/api.js";
import type { Memory } from "../store/api.js";
import { patternBelow } from "../store/names.js";
import { MARK, PART } from "./form.js";

/** Parts are written before the item that names them, and a put is tried again for far less than this. */
const SETTLED_SECONDS = 3600;
/** Each may hold 64 KiB. */
const PARTS_LIMIT = 50;

export interface TidyOptions {
  /** Younger parts stay, since their item may be on its way. Default 3600. */
  readonly olderThanSeconds?: number;
}

/**
 * Deletes parts that no item names: their item has ended by itself, or its put got no answer. Returns how many it deleted.
 * It reads all parts and all large items once.
 */
export async function tidyParts(
  context: StoreContext,
  { olderThanSeconds = SETTLED_SECONDS }: TidyOptions = {},
): Promise<number> {
  const before = Date.now() - olderThanSeconds * 1000;
  const found = new Map<string, { readonly namespace: string; readonly keys: string[] }>();
  for await (const part of having(context, PART, PARTS_LIMIT)) {
    const set = part.metadata[PART];
    if (typeof set !== "string" || part.key === null) continue;
    if (new Date(part.updated_at).getTime() > before) continue;
    const name = JSON.stringify([part.namespace, set]);
    const { keys } = found.get(name) ?? { keys: [] };
    found.set(name, { namespace: part.namespace, keys: [...keys, part.key] });
  }
  if (found.size === 0) return 0;
  // Afterwards: an item that was there before its parts were listed, and has been replaced since, names others now.
  for await (const item of having(context, MARK, PAGE_LIMIT)) {
    const { set } = item.metadata;
    if (typeof set === "string") found.delete(JSON.stringify([item.namespace, set]));
  }
  let count = 0;
  for (const { namespace, keys } of found.values()) {
    for (const key of keys) {
      await context.client.deleteItem(namespace, key);
      count++;
    }
  }
  return count;
}

async function* having(
  { client, settings }: StoreContext,
  field: string,
  limit: number,
): AsyncGenerator<Memory> {
  let cursor: string | null = null;
  do {
    const page = await client.listMemories({
      namespace: patternBelow(settings.root, []),
      items_only: "true" as const,
      metadata: JSON.stringify({ [field]: { exists: true } }),
      limit,
      cursor: cursor ?? undefined,
    });
    yield* page.memories;
    cursor = page.cursor;
  } while (cursor !== null);
}
