import type { DefaultTtl, NamespaceDefaults, Recency } from "../ports/lifecycle.js";
import type { MemoryType } from "../model/record.js";
import type { Services } from "../services.js";

/** The time to live of each memory type in a namespace, by its settings or else the configuration. */
export function ttlBy(
  { defaultTtl }: Pick<Services, "defaultTtl">,
  { ttl }: Pick<NamespaceDefaults, "ttl">,
): DefaultTtl {
  const of = (type: MemoryType): number | null => {
    const set = ttl[type];
    return set === undefined ? defaultTtl[type] : set;
  };
  return { episodic: of("episodic"), semantic: of("semantic"), procedural: of("procedural") };
}

/** The default weight of recency in a recall: as a namespace sets it if it is the only one. */
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
