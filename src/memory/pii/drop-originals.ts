import { isStoreAway } from "../../domain/store-fault.js";
import type { PiiStore, ShownTokens } from "../../pii/ports.js";

export interface OriginalsServices {
  readonly store: PiiStore;
  readonly texts: ShownTokens;
}

const TOGETHER = 500;

/**
 * Deletes the originals of tokens that no text of their namespace shows any more. `restMs`: how long ago a write must
 * have used a token last, since its text may not be there yet. Returns how many were deleted. `failed` is called for a
 * namespace of which something can't be read: all of its originals stay, and the others go on.
 *
 * Candidates are chosen before the walk, and a token that is used while it goes on stays. So it can end at any moment,
 * and begin again.
 */
export async function dropOriginals(
  { store, texts }: OriginalsServices,
  namespaces: Iterable<string>,
  restMs: number,
  tick: () => Promise<void>,
  failed: (namespace: string, error: unknown) => void,
): Promise<number> {
  const before = (await store.moment()) - restMs;
  const unseen = new Map<string, Set<string>>();
  const leaveOut = (namespace: string, error: unknown): void => {
    if (isStoreAway(error)) throw error;
    unseen.delete(namespace);
    failed(namespace, error);
  };
  for (const namespace of namespaces) {
    const tokens = new Set<string>();
    try {
      for await (const page of store.unusedSince(namespace, before))
        for (const token of page) tokens.add(token);
      if (tokens.size > 0) unseen.set(namespace, tokens);
    } catch (error) {
      leaveOut(namespace, error);
    }
    await tick();
  }
  if (unseen.size === 0) return 0;
  for await (const { namespace, tokens } of texts.shown(new Set(unseen.keys()), tick, leaveOut)) {
    for (const token of tokens) unseen.get(namespace)?.delete(token);
  }
  let count = 0;
  for (const [namespace, tokens] of unseen) {
    const list = [...tokens];
    for (let from = 0; from < list.length; from += TOGETHER) {
      await tick();
      try {
        count += await store.drop(namespace, list.slice(from, from + TOGETHER), before);
      } catch (error) {
        leaveOut(namespace, error);
        break;
      }
    }
  }
  return count;
}
