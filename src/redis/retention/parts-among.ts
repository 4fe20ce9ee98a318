import { facetQuery } from "../../memory/conditions/filter.js";
import { PART_FACET } from "../../memory/model/facets.js";
import type { MemoryType } from "../../memory/model/record.js";
import type { Numbers, StoredPart } from "../../memory/ports/retention.js";
import { askIndex } from "../connection/ask-index.js";
import type { StoreDeps } from "../deps.js";
import { refOfKey } from "../keys.js";
import { rangeClause } from "../search/numeric-range.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

const PATHS = ["$.memory.key", "$.memory.version", "$.index.since", "$.index.changed_at"] as const;

export async function partsAmong(
  { redis, keys }: StoreDeps,
  namespace: string,
  type: MemoryType,
  { above, to }: Numbers,
): Promise<StoredPart[]> {
  const range = rangeClause("seq", { above, to });
  if (range === undefined) return [];
  const params: Params = {};
  const scopes = [{ root: namespace, below: false }];
  const { groups } = facetQuery({ memory_types: [type] });
  const scope = scopeClause(scopes, { groups: [...groups, [PART_FACET]] }, params, PRESENT, {
    quarantined: "any",
    superseded: "any",
  });
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${range}`,
    "NOCONTENT",
    ...commonArguments(to - above, params),
  ]);
  const refs = readRows(reply, 1, refOfKey);
  const texts = await redis.run((client) =>
    Promise.all(refs.map(({ id }) => client.sendCommand(["JSON.GET", keys.record(namespace, id), ...PATHS]))),
  );
  return texts.flatMap((json, index) => {
    const id = refs[index]?.id;
    // It has ended since.
    if (typeof json !== "string" || id === undefined) return [];
    const fields = JSON.parse(json) as Readonly<Record<(typeof PATHS)[number], readonly [unknown?]>>;
    const [key, version, since, changed] = PATHS.map((path) => fields[path][0]);
    const at = Math.max(Number(since), Number(changed ?? 0));
    return [{ id, key: String(key), version: Number(version), at }];
  });
}

export async function lastNumber({ redis, keys }: StoreDeps, namespace: string): Promise<number> {
  return Number((await redis.run((client) => client.get(keys.sequence(namespace)))) ?? 0);
}
