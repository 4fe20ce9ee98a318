import type { Context } from "../../domain/context.js";
import { setOfKey } from "../model/parts.js";
import { MEMORY_TYPES } from "../model/record.js";
import type { MemoryType } from "../model/record.js";
import type { KeptFor } from "../ports/lifecycle.js";
import type { RetentionStore, StoredPart } from "../ports/retention.js";
import type { SessionServices } from "../sessions/services.js";
import { removeVersion } from "./remove.js";

export interface OrphanServices {
  readonly store: Pick<RetentionStore, "partsAmong" | "lastNumber" | "hasItemOf">;
  readonly sessions: Pick<SessionServices, "memory">;
}

/** Walks over the parts of items, for those that no item names: of a put that didn't come to its end. */
export interface OrphanWalks {
  /** Goes one step on in a namespace, and returns how many orphans it deleted there. */
  step(context: Context, namespace: string, kept: KeptFor): Promise<number>;
}

/** Where a walk goes on; `restsUntil`: it has come to its end, and begins again then (by `performance.now`). */
type Place = { readonly above: number } | { readonly restsUntil: number };

/** Memories among which one query looks, and the most queries in one step. */
const WIDTH = 1_000;
const MOST_QUERIES = 20;
/** Parts that one step looks at. */
const MOST_PARTS = 1_000;
/** Parts are written before their item, and so does an import. */
const SETTLED_MS = 3600 * 1000;
const REST_MS = 600_000;
/** Walks that are remembered; what is forgotten begins again. */
const MOST_WALKS = 10_000;

/** Each process walks by itself: where another one takes over, it goes on at its own place. */
export function createOrphanWalks({ store, sessions }: OrphanServices): OrphanWalks {
  const places = new Map<string, Place>();

  function note(walk: string, place: Place): void {
    places.delete(walk);
    places.set(walk, place);
    const [first] = places.keys();
    if (places.size > MOST_WALKS && first !== undefined) places.delete(first);
  }

  async function stepIn(
    context: Context,
    namespace: string,
    type: MemoryType,
    keep: number,
  ): Promise<number> {
    const walk = `${type} ${namespace}`;
    const place = places.get(walk) ?? { above: 0 };
    if ("restsUntil" in place && place.restsUntil > performance.now()) return 0;
    const last = await store.lastNumber(namespace);
    const before = context.now() - Math.max(keep, SETTLED_MS);
    let above = "above" in place ? place.above : 0;
    const found: StoredPart[] = [];
    for (let query = 0; query < MOST_QUERIES && above < last && found.length < MOST_PARTS; query++) {
      const to = Math.min(above + WIDTH, last);
      found.push(...(await store.partsAmong(namespace, type, { above, to })));
      above = to;
    }
    const count = await removeOrphans(
      context,
      namespace,
      found.filter(({ at }) => at <= before),
    );
    note(walk, above < last ? { above } : { restsUntil: performance.now() + REST_MS });
    return count;
  }

  async function removeOrphans(
    context: Context,
    namespace: string,
    parts: readonly StoredPart[],
  ): Promise<number> {
    const named = new Map<string, boolean>();
    let count = 0;
    for (const { id, key, version } of parts) {
      const set = setOfKey(key);
      if (set === undefined) continue;
      const stays = named.get(set) ?? (await store.hasItemOf(namespace, set));
      named.set(set, stays);
      if (!stays && (await removeVersion(sessions, context, { namespace, id }, version))) count += 1;
    }
    return count;
  }

  return {
    async step(context, namespace, kept) {
      let count = 0;
      for (const type of MEMORY_TYPES) {
        const keep = kept[type];
        if (keep !== undefined) count += await stepIn(context, namespace, type, keep);
      }
      return count;
    },
  };
}
