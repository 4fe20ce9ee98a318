import type { ListPage, ListQuery, NextQuery } from "../../memory/ports/search.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { askIndex } from "../connection/ask-index.js";
import { expiring } from "../connection/expiring.js";
import { refOfKey } from "../keys.js";
import { scopeClause } from "./query.js";
import type { Params } from "./query.js";
import { rangeClause } from "./numeric-range.js";
import type { NumericRange } from "./numeric-range.js";
import { numberOfSortKey, readRows } from "./rows.js";
import type { StoreDeps } from "../deps.js";
import { fitsOf } from "./fitting.js";
import type { Fits } from "./fitting.js";
import { boundedBy, commonArguments } from "./search.js";

/**
 * A page in the order of the namespace's sequence, which a record keeps for life: a walk visits each record once, even
 * if others are written.
 *
 * RediSearch sorts all that a query matches before it cuts the page, so each query covers a bounded window of the
 * sequence only; the window grows if a filter lets little through.
 */
export async function list(deps: StoreDeps, query: ListQuery): Promise<ListPage> {
  const { redis, keys } = deps;
  const counter = await redis.run((client) => client.get(keys.sequence(query.namespace)));
  const last = Number(counter ?? 0);
  const step = query.order === "asc" ? 1 : -1;
  let position = query.after === undefined ? (step === 1 ? 1 : last) : query.after + step;
  let width = Math.max(query.limit * 4, 256);
  const fits = fitsOf(deps, query.filter);
  const rows: Row[] = [];
  let looked = 0;
  while (rows.length < query.limit && position >= 1 && position <= last && looked < MOST_LOOKED_AT) {
    const edge = position + step * (width - 1);
    const most = fits === undefined ? query.limit - rows.length : LOOK;
    const from = Math.min(position, edge);
    const found = await window(deps, query, { from, to: Math.max(position, edge) }, most);
    const fitting = fits === undefined ? found : await keep(fits, found);
    const taken = fitting.slice(0, query.limit - rows.length);
    rows.push(...taken);
    looked += fits === undefined ? 0 : found.length;
    // If the page is full, or the window held more than was asked for, the rest comes next.
    const lastLooked =
      rows.length >= query.limit ? taken.at(-1) : found.length >= most ? found.at(-1) : undefined;
    position = (lastLooked?.seq ?? edge) + step;
    // Where a window holds enough, a wider one would only be sorted.
    if (found.length < most) width *= 4;
  }
  const end = position < 1 || position > last;
  return {
    refs: rows.map((row) => row.ref),
    places: rows.map((row) => row.seq),
    next: end ? undefined : position - step,
    reached: Math.min(position - step, last),
  };
}

/**
 * The memories next to a place, in one search: where few fulfil the filter, all of them are sorted in less time than
 * windows look for them.
 */
export async function nextTo(store: StoreDeps, query: NextQuery): Promise<readonly MemoryRef[]> {
  const { after, limit, order, deadline } = query;
  const deps = deadline === undefined ? store : { ...store, redis: expiring(store.redis, deadline) };
  const places = order === "asc" ? { above: after } : { below: after };
  return (await window(deps, query, places, limit)).map(({ ref }) => ref);
}

/** If the index can't decide the filter: records examined at once, and for one page. */
const LOOK = 1000;
const MOST_LOOKED_AT = 25_000;

async function keep(fits: Fits, rows: readonly Row[]): Promise<Row[]> {
  const verdicts = await fits(rows.map(({ ref }) => ref));
  return rows.filter((_, index) => verdicts[index]);
}

interface Row {
  readonly ref: MemoryRef;
  readonly seq: number;
}

/** The number comes as the sort key: of a record that has expired but isn't removed yet, RediSearch knows no field. */
async function window(
  { redis, keys }: StoreDeps,
  query: Omit<ListQuery, "limit" | "after">,
  places: NumericRange,
  limit: number,
): Promise<Row[]> {
  const range = rangeClause("seq", places);
  if (range === undefined) return [];
  const params: Params = {};
  const scopes = [{ root: query.namespace, below: false }];
  const scope = scopeClause(scopes, query.filter, params, undefined, {
    quarantined: query.quarantined,
    superseded: query.superseded,
  });
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${range}`,
    "NOCONTENT",
    "SORTBY",
    "seq",
    query.order.toUpperCase(),
    "WITHSORTKEYS",
    ...commonArguments(limit, params, boundedBy(redis)),
  ]);
  return readRows(reply, 2, (key, sortKey) => ({ ref: refOfKey(key), seq: numberOfSortKey(sortKey) }));
}
