import { typeFacet } from "../../memory/model/facets.js";
import type { MemoryType } from "../../memory/model/record.js";
import { MEMORY_TYPES } from "../../memory/model/record.js";
import { rangeClause } from "../search/numeric-range.js";
import type { StoreDeps } from "../deps.js";

/** Number of memories of each type in all namespaces, without superseded ones. */
export async function countByType({ redis, keys }: StoreDeps): Promise<Readonly<Record<MemoryType, number>>> {
  const totals = await redis.search((client) =>
    Promise.all(
      MEMORY_TYPES.map(async (type) => {
        const reply = await client.ft.search(
          keys.recordIndex(),
          `(-${rangeClause("until", {})}) @facets:{$type}`,
          {
            LIMIT: { from: 0, size: 0 },
            PARAMS: { type: typeFacet(type) },
            DIALECT: 2,
          },
        );
        return [type, reply.total] as const;
      }),
    ),
  );
  return { episodic: 0, semantic: 0, procedural: 0, ...Object.fromEntries(totals) };
}
