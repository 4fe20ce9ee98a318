import type { DefaultTtl, LifecycleStore, Recency } from "../ports/lifecycle.js";
import type { MemoryType } from "../model/record.js";
import type { Services, Using } from "../services.js";

/** How long a memory of each type lives in a namespace unless told otherwise. */
export async function ttlIn(
  { store, defaultTtl }: Using<Pick<LifecycleStore, "defaultsOf">, "defaultTtl">,
  namespace: string,
): Promise<DefaultTtl> {
  const { ttl } = await store.defaultsOf(namespace);
  const of = (type: MemoryType): number | null => {
    const set = ttl[type];
    return set === undefined ? defaultTtl[type] : set;
  };
  return { episodic: of("episodic"), semantic: of("semantic"), procedural: of("procedural") };
}

/** How much it counts in a recall how old a memory is, unless told otherwise: as one namespace says if it is the only one. */
export async function recencyIn(
  { knownDefaults, recency }: Pick<Services, "knownDefaults" | "recency">,
  namespace: string | undefined,
): Promise<Recency> {
  if (namespace === undefined) return recency;
  const set = (await knownDefaults.of(namespace)).recency;
  return {
    weight: set.weight ?? recency.weight,
    halfLifeDays: set.halfLifeDays ?? recency.halfLifeDays,
  };
}
