import type { ValidityEnd } from "../../memory/ports/lifecycle.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { askIndex } from "../connection/ask-index.js";
import { refOfKey } from "../keys.js";
import { rangeClause } from "../search/numeric-range.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { readRows, totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import type { StoreDeps } from "../deps.js";

/** Records that are read for their ends. The index doesn't sort by them. */
const MOST_READ = 200;
const SHORTEST_MS = 1000;

interface Span {
  /** Exclusive. */
  readonly above: number;
  /** Included. */
  readonly to: number;
}

/**
 * The memories whose valid time ends in a span, soonest first. Where many do, the span is halved until few are left but
 * enough. Of more than 200 in one second, some are given.
 */
export async function validityEndsOf(
  deps: StoreDeps,
  namespace: string,
  { above, to }: Span,
  limit: number,
): Promise<ValidityEnd[]> {
  const count = async (until: number): Promise<number> =>
    totalOf(await search(deps, namespace, { above, to: until }, 0));
  let [few, enough] = [above, to];
  let inside = await count(enough);
  while (inside > MOST_READ && enough - few > SHORTEST_MS) {
    const middle = Math.ceil((few + enough) / 2);
    const found = await count(middle);
    if (found < limit) {
      few = middle;
    } else {
      [enough, inside] = [middle, found];
    }
  }
  const spans = [
    { above, to: few },
    { above: few, to: enough },
  ];
  const keys = await Promise.all(
    spans.map(async (span) => {
      const [reply] = await search(deps, namespace, span, MOST_READ);
      return reply === undefined ? [] : readRows(reply, 1, refOfKey);
    }),
  );
  const ends = await readEnds(deps, keys.flat());
  return ends.toSorted((one, other) => one.validTo - other.validTo).slice(0, limit);
}

async function search(
  { redis, keys }: StoreDeps,
  namespace: string,
  span: Span,
  limit: number,
): Promise<readonly unknown[]> {
  const range = rangeClause("valid_to", span);
  if (range === undefined) return [];
  const params: Params = {};
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, { groups: [] }, params, PRESENT, { superseded: "none" });
  return askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${range}`,
    "NOCONTENT",
    ...commonArguments(limit, params),
  ]);
}

/** Without those that have expired since. */
async function readEnds({ redis, keys }: StoreDeps, refs: readonly MemoryRef[]): Promise<ValidityEnd[]> {
  const texts = await redis.run((client) =>
    Promise.all(
      refs.map(({ namespace, id }) =>
        client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.index.valid_to"]),
      ),
    ),
  );
  return texts.flatMap((json, index) => {
    const id = refs[index]?.id;
    if (typeof json !== "string" || id === undefined) return [];
    const [validTo] = JSON.parse(json) as readonly unknown[];
    return typeof validTo === "number" ? [{ id, validTo }] : [];
  });
}
