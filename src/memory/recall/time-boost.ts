import { readDates } from "../text/dates/read-dates.js";
import type { NamedTime, TimeRange } from "../text/dates/read-dates.js";
import { orderAsked } from "../text/dates/order-asked.js";
import type { Order } from "../text/dates/order-asked.js";

/** What a query says about when the memories are from that it asks for. */
export interface AskedTime {
  readonly times: readonly NamedTime[];
  /** Undefined where the query names a time, or neither asks for the newest nor for the oldest. */
  readonly order: Order | undefined;
}

/** The part of a score that comes from a memory's time. */
export interface TimePart {
  /** 1: within a time that the query names, or the newest (the oldest) of those that fit; from there it falls to 0. */
  readonly nearness: number;
  readonly adds: number;
}

const DAY_MS = 24 * 3600 * 1000;
/** People tell of a day for a few days, and of a year for weeks; rarely beforehand. In days. */
const AFTER = 3;
const BEFORE = 1.5;
const SHARE_OF_RANGE = 0.2;
/** An order that is asked for decides between memories that fit about alike. */
const ORDER_SHARE = 0.1;
/** What was written within an hour, such as an import, has no order in time that a query could mean. */
const LEAST_SPREAD_MS = 3600 * 1000;
/** Among these, best first, the newest and the oldest are looked for. */
const ORDERED = 50;

/** Undefined: nothing. `now`: the moment that "yesterday" is the day before of. */
export function askedTimeOf(query: string, now: number): AskedTime | undefined {
  const times = readDates(query, now);
  const order = times.length > 0 ? undefined : orderAsked(query);
  return times.length === 0 && order === undefined ? undefined : { times, order };
}

/**
 * Adds `weight × nearness` to the score of what is from a time that the query names, best first: nearness is 1 within
 * it, and falls by e for each 3 days after its end and 1.5 days before its beginning, and a fifth of its length more. Or
 * `weight × .1 × nearness` if an order is asked for: 1 for the newest (the oldest), 0 for the other end of those that
 * fit best. It adds only, so nothing is left out for its time.
 *
 * `timeOf`: milliseconds since the epoch; undefined: it is gone.
 */
export function boostByTime<Hit extends { readonly score: number }>(
  ranked: readonly Hit[],
  timeOf: (hit: Hit, index: number) => number | undefined,
  { times, order }: AskedTime,
  weight: number,
): readonly (Hit & { readonly time?: TimePart })[] {
  const at = ranked.map(timeOf);
  const nearness = order === undefined ? (time: number) => nearnessTo(times, time) : placeIn(at, order);
  const most = order === undefined ? weight : weight * ORDER_SHARE;
  return ranked
    .map((hit, index) => {
      const time = at[index];
      if (time === undefined) return hit;
      const near = nearness(time);
      const part: TimePart = { nearness: near, adds: most * near };
      return { ...hit, score: hit.score + part.adds, time: part };
    })
    .toSorted((one, other) => other.score - one.score);
}

function nearnessTo(times: readonly NamedTime[], time: number): number {
  let best = 0;
  for (const { ranges } of times)
    for (const range of ranges) best = Math.max(best, nearnessToRange(range, time));
  return best;
}

function nearnessToRange({ from, to }: TimeRange, time: number): number {
  const slack = SHARE_OF_RANGE * (to - from);
  if (time < from) return Math.exp(-(from - time) / (BEFORE * DAY_MS + slack));
  return time < to ? 1 : Math.exp(-(time - to) / (AFTER * DAY_MS + slack));
}

/** Where a time is between the oldest and the newest of the best. Ages in days would favour whatever is old or new. */
function placeIn(at: readonly (number | undefined)[], order: Order): (time: number) => number {
  const times = at.slice(0, ORDERED).filter((time) => time !== undefined);
  const oldest = Math.min(...times);
  const newest = Math.max(...times);
  if (!(newest - oldest >= LEAST_SPREAD_MS)) return () => 0;
  return (time) => {
    const place = Math.min(1, Math.max(0, (time - oldest) / (newest - oldest)));
    return order === "newest" ? place : 1 - place;
  };
}
