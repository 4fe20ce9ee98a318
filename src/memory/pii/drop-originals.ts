import type { PiiStore, ShownTokens } from "../../pii/ports.js";

export interface OriginalsServices {
  readonly store: PiiStore;
  readonly texts: ShownTokens;
}

const TOGETHER = 500;

/**
 * Deletes the originals of tokens that no text of their namespace shows any more. `restMs`: how long ago a write must
 * have used a token last, since its text may not be there yet. Returns how many were deleted.
 *
 * Candidates are chosen before the walk, and a token that is used while it goes on stays. So it can end at any moment,
 * and begin again.
 */
export async function dropOriginals(
  { store, texts }: OriginalsServices,
  namespaces: Iterable<string>,
  restMs: number,
  tick: () => Promise<void>,
): Promise<number> {
  const before = (await store.moment()) - restMs;
  const unseen = new Map<string, Set<string>>();
  for (const namespace of namespaces) {
    const tokens = new Set<string>();
    for await (const page of store.unusedSince(namespace, before))
      for (const token of page) tokens.add(token);
    if (tokens.size > 0) unseen.set(namespace, tokens);
    await tick();
  }
  if (unseen.size === 0) return 0;
  for await (const { namespace, tokens } of texts.shown(new Set(unseen.keys()), tick)) {
    for (const token of tokens) unseen.get(namespace)?.delete(token);
  }
  let count = 0;
  for (const [namespace, tokens] of unseen) {
    const list = [...tokens];
    for (let from = 0; from < list.length; from += TOGETHER) {
      await tick();
      count += await store.drop(namespace, list.slice(from, from + TOGETHER), before);
    }
  }
  return count;
}
