import type { RedisGateway } from "../connection/client.js";
import { askIndex, countOnEach } from "../connection/ask-index.js";
import type { Where } from "../connection/nodes.js";
import type { Keys } from "../keys.js";
import type { IndexStatistics, TermStatistics } from "../index-statistics.js";
import type { FacetQuery } from "../../memory/conditions/filter.js";
import { indexIdf } from "./idf.js";
import { NOTHING, rangeClauses } from "./query.js";
import { shortKey } from "./short-key.js";
import { createTermCounts } from "./term-counts.js";
import type { Scope } from "../../access/grants.js";
import { belowFacet, oldBelowFacet, oldNamespace } from "../../memory/model/facets.js";

/** In a smaller index every plan is fast. */
const SMALL_INDEX = 4000;
const KEEP_MS = 30_000;
const KEEP_COUNT_MS = 3000;
const MAX_ENTRIES = 50_000;

interface Count {
  readonly count: number;
  /** On each node. */
  readonly parts: readonly number[];
  readonly at: number;
}

interface Size {
  readonly size: number;
  /** On each node. */
  readonly parts: readonly number[];
  /** When it was asked for. */
  readonly at: number;
}

/**
 * Sizes of postings, asked of the index and kept for half a minute.
 *
 * FT.PROFILE names the size of every iterator of a query's plan. The query is a union that stops at its first record,
 * so it does next to no work: 0.2 ms for any number of terms, however frequent they are. An intersection with
 * something that no record fulfils would do less, but RediSearch 8.4 and later show no plan of one.
 */
export function createIndexStatistics(redis: RedisGateway, keys: Keys): IndexStatistics {
  const sizes = new Map<string, Size>();
  /** By the namespaces that are searched, where these decide which nodes are asked. */
  const counts = new Map<string, Count>();

  async function countRecords(where: Where, place: string, now: number): Promise<Count> {
    const parts = await countOnEach(redis, keys.recordIndex(), where);
    const counted = { count: sumOf(parts), parts, at: now };
    if (counts.size > MAX_ENTRIES) counts.clear();
    counts.set(place, counted);
    return counted;
  }

  async function fill(where: Where, wanted: readonly Wanted[], now: number): Promise<void> {
    if (wanted.length === 0) return;
    const plans = plansOf(wanted);
    const answers = await Promise.all(plans.map((plan) => profile(redis, keys, where, plan)));
    if (sizes.size > MAX_ENTRIES) sizes.clear();
    for (const [index, plan] of plans.entries()) {
      for (const { key, value, kind } of plan) {
        // A value that no record has doesn't appear in the plan.
        const parts = (answers[index] ?? []).map((found) => found.get(`${kind}:${value}`) ?? 0);
        sizes.set(key, { size: sumOf(parts), parts, at: now });
      }
    }
  }

  const sizeOf = (key: string): number => sizes.get(key)?.size ?? 0;
  const isMissing = (key: string, now: number, keepMs: number): boolean =>
    (sizes.get(key)?.at ?? -Infinity) + keepMs <= now;
  /** A term of an eighth of the records may be one of all of them soon, by postings that are stale. */
  const keepTerm = (key: string, count: number): number => {
    const share = sizeOf(key) / Math.max(1, count);
    return share > 1 / 2 ? 0 : share > 1 / 8 ? KEEP_COUNT_MS : KEEP_MS;
  };

  return {
    async lookup({ scopes, filter, moment }, terms) {
      const now = performance.now();
      const nodes = redis.nodes.clustered ? shortKey(JSON.stringify(scopes)) : "";
      const known = counts.get(nodes);
      let records =
        known !== undefined && known.at + KEEP_COUNT_MS > now
          ? known
          : await countRecords(scopes, nodes, now);
      const small = records.count < SMALL_INDEX;
      // Keyed by the searched scopes: the speed of a lookup must not reveal that others asked for the word or tag
      // elsewhere.
      const place = shortKey(JSON.stringify(scopes));
      const keyed = (group: readonly Wanted[]) =>
        group.map((wanted) => Object.assign(wanted, { key: shortKey(`${wanted.key}:${place}`) }));
      const namespaces = namespaceGroup(scopes, moment.asOf !== undefined).map(keyed);
      const groups = [...namespaces, ...conditionGroups(filter).map(keyed)];
      const wantedTerms = terms
        .map((term) => termWanted(place, term))
        .filter(({ key }) => small || isMissing(key, now, keepTerm(key, records.count)));
      const wantedTags = groups.flat().filter(({ key }) => isMissing(key, now, KEEP_MS));
      // Both in one round trip: their difference decides.
      const stale = wantedTerms.length > 0 && records.at !== now;
      const [counted] = await Promise.all([
        stale ? countRecords(scopes, nodes, now) : records,
        fill(scopes, [...wantedTags, ...wantedTerms], now),
      ]);
      records = counted;
      const { count } = records;
      const found = new Map<string, TermStatistics>();
      const least = (among: readonly (readonly Wanted[])[]): number =>
        Math.min(count, ...among.map((group) => sumOf(group.map(({ key }) => sizeOf(key)))));
      return {
        term(term) {
          // Asked for several times by each step of a query.
          const frequency = found.get(term) ?? { records: count, postings: sizeOf(termKey(place, term)) };
          found.set(term, frequency);
          return frequency;
        },
        records: count,
        scales: (words) => {
          const held = words.map((word) => sizes.get(termKey(place, word))?.parts ?? []);
          return scalesOf(records, held);
        },
        letThrough: least(groups),
        inScope: least(namespaces),
      };
    },
    countIn: createTermCounts(redis, keys),
  };
}

const sumOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);

/**
 * By what the scores of each node are multiplied, so that they compare with those of the others. BM25 weighs a word by
 * how rare it is on its node; this brings the weights of the query's words together to those of all nodes. `held`: the
 * postings of each word, by node.
 */
export function scalesOf(
  { count, parts }: Omit<Count, "at">,
  held: readonly (readonly number[])[],
): number[] {
  if (parts.length < 2) return [];
  return parts.map((records, node) => {
    // A word that no record of the node holds scores nothing there.
    const words = held.filter((postings) => (postings[node] ?? 0) > 0);
    const own = sumOf(words.map((postings) => indexIdf({ records, postings: postings[node] ?? 0 })));
    const all = sumOf(words.map((postings) => indexIdf({ records: count, postings: sumOf(postings) })));
    return own > 0 ? all / own : 1;
  });
}

/** Groups of conditions of a filter: one of each group must hold. */
function conditionGroups(filter: FacetQuery): Wanted[][] {
  return [
    ...filter.groups.map((group) => group.map((value) => tagWanted("facets", value))),
    ...rangeClauses(filter).map((clause) => (clause === NOTHING ? [] : [rangeWanted(clause)])),
  ];
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
  /** The value's name in the plan. */
  readonly value: string;
  readonly key: string;
  /** The clause for the value, bound as `param`. */
  readonly clause: (param: string) => string;
}

const tagWanted = (field: string, value: string): Wanted => ({
  kind: "TAG",
  value,
  key: `${field}:${value}`,
  clause: (param) => `@${field}:{${param}}`,
});

const termKey = (place: string, term: string): string => shortKey(`text:${term}:${place}`);

const termWanted = (place: string, term: string): Wanted => ({
  kind: "TEXT",
  value: term,
  key: termKey(place, term),
  clause: (param) => param,
});

/** The plan has an iterator for each part of the range, under names that say its bounds, and not its field. */
const rangeWanted = (clause: string): Wanted => ({
  kind: "NUMERIC",
  value: "",
  key: clause,
  clause: () => clause,
});

/**
 * Queries in which each size can be told: of several ranges in one, it couldn't be said whose the parts are. The order
 * stays: RediSearch reads no range after a term.
 */
export function plansOf<Kind extends Pick<Wanted, "kind">>(wanted: readonly Kind[]): Kind[][] {
  const [first, ...rest] = wanted.filter(({ kind }) => kind === "NUMERIC");
  return [
    wanted.filter((each) => each.kind !== "NUMERIC" || each === first),
    ...rest.map((range) => [range]),
  ];
}

async function profile(
  redis: RedisGateway,
  keys: Keys,
  where: Where,
  wanted: readonly Wanted[],
): Promise<Map<string, number>[]> {
  const params = wanted.flatMap(({ value }, index) => [`p${index}`, value]);
  const clauses = wanted.map(({ clause }, index) => clause(`$p${index}`));
  const replies = await askIndex(redis, where, [
    "FT.PROFILE",
    keys.recordIndex(),
    "AGGREGATE",
    "QUERY",
    `(${clauses.join("|")})`,
    "VERBATIM",
    "LIMIT",
    "0",
    "1",
    "PARAMS",
    String(params.length),
    ...params,
    "DIALECT",
    "2",
  ]);
  return replies.map(sizesIn);
}

/** The sizes of a plan's iterators, as `TAG:value`, `TEXT:term`, or `NUMERIC:` for all parts of a range. */
export function sizesIn(reply: unknown): Map<string, number> {
  const found = new Map<string, number>();
  collectSizes(reply, found);
  return found;
}

/** Walks a plan for iterators with a type, a term and a size, at any depth: versions differ in the nesting. */
function collectSizes(node: unknown, found: Map<string, number>): void {
  if (!Array.isArray(node)) return;
  const type = after(node, "Type");
  const term = after(node, "Term");
  const size = after(node, "Size") ?? after(node, "Estimated number of matches");
  if (typeof term === "string" && size !== undefined) {
    const name = type === "NUMERIC" ? "NUMERIC:" : `${String(type)}:${term}`;
    // A range has a part for each of its trees; a cluster shows a plan for each shard.
    found.set(name, (found.get(name) ?? 0) + Number(size));
  }
  for (const child of node) collectSizes(child, found);
}

/** In RESP2, a map is an array of names and values in turn. */
function after(pairs: readonly unknown[], name: string): unknown {
  const place = pairs.indexOf(name);
  return place === -1 || place % 2 === 1 ? undefined : pairs[place + 1];
}
