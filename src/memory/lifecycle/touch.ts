import { isRenewable, latestEnd, lifeOf } from "./decay.js";
import type { LifecycleStore, Use } from "../ports/lifecycle.js";
import type { Memory } from "../model/record.js";
import type { Using } from "../services.js";

/**
 * Notes that a recall returned these memories, which prolongs the lives of those that decay. It is sent ahead of the
 * recall's answer, on the same connection as everything after it, but the recall doesn't wait for it: a use that can't
 * be noted is lost.
 */
export function touch(
  { store, maxLives }: Using<Pick<LifecycleStore, "touch">, "maxLives">,
  memories: readonly Memory[],
): void {
  if (memories.length === 0) return;
  void store.touch(memories.map((memory) => useOf(memory, maxLives))).catch(() => {});
}

function useOf(memory: Memory, maxLives: number): Use {
  const { namespace, id, version, lifetime, importance, recorded_at } = memory;
  const life = isRenewable(memory) ? lifeOf(lifetime, importance) : null;
  const renewal = life === null ? undefined : { life, latest: latestEnd(recorded_at, life, maxLives) };
  return { namespace, id, version, renewal };
}
