import type { Scope } from "../access/grants.js";
import { belowFacet, oldBelowFacet, oldNamespace } from "../memory/facets.js";
import type { SearchQuery } from "../memory/ports.js";
import type { RedisGateway } from "./client.js";
import type { Keys } from "./keys.js";
import type { DocumentFrequency } from "./query.js";
import { timeClause } from "./query.js";

/** What a query needs to know of the index to run at a bounded cost. Estimates: seconds old, and never exact. */
export interface QueryStatistics {
  readonly frequency: DocumentFrequency;
  /** Records in the index. */
  readonly records: number;
  /** At most so many of them pass the namespace and the filter. */
  readonly letThrough: number;
}

export interface IndexStatistics {
  lookup(
    query: Pick<SearchQuery, "scopes" | "filter" | "moment">,
    terms: readonly string[],
  ): Promise<QueryStatistics>;
}

/** In a smaller index every plan is fast. */
const SMALL_INDEX = 4000;
const KEEP_MS = 30_000;
const MAX_ENTRIES = 50_000;

/**
 * Sizes of postings, asked of the index and kept for half a minute.
 *
 * FT.PROFILE names the size of every iterator of a query's plan; with a condition that nothing fulfils, the query
 * itself does no work: 0.2 ms for any number of terms, however frequent they are.
 */
export function createIndexStatistics(redis: RedisGateway, keys: Keys): IndexStatistics {
  const sizes = new Map<string, { readonly size: number; readonly until: number }>();
  let records = { count: 0, until: -Infinity };

  async function countRecords(now: number): Promise<number> {
    if (now < records.until) return records.count;
    const info = await redis.run((client) => client.ft.info(keys.recordIndex()));
    records = { count: Number(info.num_docs), until: now + KEEP_MS / 10 };
    return records.count;
  }

  async function fill(tags: readonly Wanted[], terms: readonly string[], now: number): Promise<void> {
    const missing = (key: string): boolean => (sizes.get(key)?.until ?? -Infinity) <= now;
    const wanted = [...tags, ...terms.map(termWanted)].filter(({ key }) => missing(key));
    if (wanted.length === 0) return;
    const found = await profile(redis, keys, wanted);
    if (sizes.size > MAX_ENTRIES) sizes.clear();
    for (const { key, value, kind } of wanted) {
      // A value that no record has doesn't appear in the plan.
      sizes.set(key, { size: found.get(`${kind}:${value}`) ?? 0, until: now + KEEP_MS });
    }
  }

  return {
    async lookup({ scopes, filter, moment }, terms) {
      const now = performance.now();
      const count = await countRecords(now);
      if (count < SMALL_INDEX) return { frequency: () => undefined, records: count, letThrough: count };
      const groups = [
        ...namespaceGroup(scopes, moment.asOf !== undefined),
        ...filter.groups.map((group) => group.map((value) => tagWanted("facets", value))),
      ];
      const time = timeClause(filter);
      if (time !== undefined) groups.push([timeWanted(time)]);
      await fill(groups.flat(), terms, now);
      const sizeOf = (key: string): number => sizes.get(key)?.size ?? 0;
      const groupSizes = groups.map((group) => group.reduce((sum, { key }) => sum + sizeOf(key), 0));
      return {
        frequency: (term) => sizes.get(termWanted(term).key)?.size,
        records: count,
        letThrough: Math.min(count, ...groupSizes),
      };
    },
  };
}

/** None where everything is in scope. */
function namespaceGroup(scopes: readonly Scope[], past: boolean): Wanted[][] {
  if (scopes.some(({ root, below }) => below && root === "")) return [];
  return [
    scopes.flatMap(({ root, below }) => [
      tagWanted("ns", root),
      ...(past ? [tagWanted("ns", oldNamespace(root))] : []),
      ...(below ? [tagWanted("facets", belowFacet(root))] : []),
      ...(below && past ? [tagWanted("facets", oldBelowFacet(root))] : []),
    ]),
  ];
}

interface Wanted {
  readonly kind: "TAG" | "TEXT" | "NUMERIC";
  /** As the plan names it. */
  readonly value: string;
  readonly key: string;
  /** What asks for it, where the value is bound as `param`. */
  readonly clause: (param: string) => string;
}

const tagWanted = (field: string, value: string): Wanted => ({
  kind: "TAG",
  value,
  key: `${field}:${value}`,
  clause: (param) => `@${field}:{${param}}`,
});

const termWanted = (term: string): Wanted => ({
  kind: "TEXT",
  value: term,
  key: `text:${term}`,
  clause: (param) => param,
});

/** The plan has an iterator for each part of the range, under names of their own: the sum is what counts. */
const timeWanted = (clause: string): Wanted => ({
  kind: "NUMERIC",
  value: "",
  key: clause,
  clause: () => clause,
});

async function profile(
  redis: RedisGateway,
  keys: Keys,
  wanted: readonly Wanted[],
): Promise<Map<string, number>> {
  const params = wanted.flatMap(({ value }, index) => [`p${index}`, value]);
  const clauses = wanted.map(({ clause }, index) => clause(`$p${index}`));
  const reply = await redis.run((client) =>
    client.sendCommand([
      "FT.PROFILE",
      keys.recordIndex(),
      "SEARCH",
      "QUERY",
      `@ns:{$never} (${clauses.join("|")})`,
      "PARAMS",
      String(params.length + 2),
      "never",
      "!",
      ...params,
      "VERBATIM",
      "NOCONTENT",
      "LIMIT",
      "0",
      "0",
      "DIALECT",
      "2",
    ]),
  );
  const found = new Map<string, number>();
  collectSizes(reply, found);
  return found;
}

/** Walks a plan for iterators with a type, a term and a size, whatever they are nested in: versions differ in that. */
function collectSizes(node: unknown, found: Map<string, number>): void {
  if (!Array.isArray(node)) return;
  const type = after(node, "Type");
  const term = after(node, "Term");
  const size = after(node, "Size") ?? after(node, "Estimated number of matches");
  if (typeof term === "string" && size !== undefined) {
    const name = type === "NUMERIC" ? "NUMERIC:" : `${String(type)}:${term}`;
    found.set(name, (type === "NUMERIC" ? (found.get(name) ?? 0) : 0) + Number(size));
  }
  for (const child of node) collectSizes(child, found);
}

/** In RESP2, a map is an array of names and values by turns. */
function after(pairs: readonly unknown[], name: string): unknown {
  const place = pairs.indexOf(name);
  return place === -1 || place % 2 === 1 ? undefined : pairs[place + 1];
}
