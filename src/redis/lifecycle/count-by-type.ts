import { typeFacet } from "../../memory/model/facets.js";
import type { MemoryType } from "../../memory/model/record.js";
import { MEMORY_TYPES } from "../../memory/model/record.js";
import { askIndex } from "../connection/ask-index.js";
import { rangeClause } from "../search/numeric-range.js";
import { totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import type { StoreDeps } from "../deps.js";

/** Number of memories of each type in all namespaces, without superseded ones. */
export async function countByType({ redis, keys }: StoreDeps): Promise<Readonly<Record<MemoryType, number>>> {
  const totals = await Promise.all(
    MEMORY_TYPES.map(async (type) => {
      const replies = await askIndex(redis, "everywhere", [
        "FT.SEARCH",
        keys.recordIndex(),
        `(-${rangeClause("until", {})}) @facets:{$type}`,
        "NOCONTENT",
        ...commonArguments(0, { type: typeFacet(type) }),
      ]);
      return [type, totalOf(replies)] as const;
    }),
  );
  return { episodic: 0, semantic: 0, procedural: 0, ...Object.fromEntries(totals) };
}
