import { trailOf } from "../../access/trail.js";
import { TooLate } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import type { Context } from "../../domain/context.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { FacetQuery } from "../conditions/filter.js";
import { isAlive } from "../lifecycle/ttl.js";
import { holds, isBehind } from "../model/moment.js";
import type { Moment } from "../model/moment.js";
import type { MemoryRef } from "../model/ref.js";
import { isTurn } from "../model/turn.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { SearchStore } from "../ports/search.js";
import type { Using } from "../services.js";
import { judgeAll } from "../trust/judge.js";
import type { BesideTurn, RecallHit } from "./outcome.js";
import { freed } from "./stand-ins.js";

/** Hits whose turns are looked for, the best ones: each takes two searches. */
const MOST_HITS = 10;

interface BesideOptions {
  readonly input: RecallInput;
  readonly filter: FacetQuery;
  readonly moment: Moment;
  readonly deadline: Deadline | undefined;
  /** Called with each entry in an audit trail. */
  readonly note: (recorded: Recorded) => void;
}

/**
 * Adds to each of the first hits that is a turn of a session the `context_turns` turns before it and after it, in the
 * order of recording. They are shown under the same rules as hits: alive, out of quarantine, current (or superseded by a
 * summary) and valid at the recall's moment, within the filter, and trusted enough. What is a hit itself, or stands beside a better one, isn't
 * repeated. What wasn't begun before the deadline isn't: it rejects with {@link TooLate}.
 */
export async function withTurnsBeside(
  services: Using<RecordStore & SearchStore, "audit" | "accuracies">,
  context: Context,
  hits: readonly RecallHit[],
  { input, filter, moment, deadline, note }: BesideOptions,
): Promise<readonly RecallHit[]> {
  const { context_turns: most = 0, min_trust = 0 } = input;
  const first = most === 0 ? [] : hits.slice(0, MOST_HITS).filter(({ memory }) => isTurn(memory));
  if (first.length === 0) return hits;
  if (deadline?.passed === true) throw new TooLate();
  const seen = new Set(hits.map(({ memory }) => nameOf(memory)));
  const found = await Promise.all(first.map((hit) => neighbours(services.store, hit, most, deadline)));
  const wanted: (Beside & { readonly hit: RecallHit })[] = [];
  for (const [index, each] of found.entries()) {
    const hit = first[index];
    for (const turn of each) {
      const name = nameOf(turn.ref);
      if (hit === undefined || seen.has(name)) continue;
      seen.add(name);
      wanted.push({ ...turn, hit });
    }
  }
  if (wanted.length === 0) return hits;
  const refs = wanted.map(({ ref }) => ref);
  const memories = await services.store.load(trailOf(context, "recall"), [], refs, moment.asOf, note);
  const now = context.now();
  const shown = memories.flatMap((memory, index) => {
    const place = wanted[index];
    if (memory === undefined || place === undefined) return [];
    // What a summary superseded is still what was said there, and no other turn says it.
    const said = isBehind(memory, moment) ? freed(memory) : memory;
    const fits = !said.quarantined && isAlive(said, now) && holds(said, moment) && matches(said, filter);
    return fits && isTurn(memory) ? [{ memory, place }] : [];
  });
  const judged = await judgeAll(
    services,
    shown.map(({ memory }) => memory),
    moment.asOf ?? now,
  );
  const turns = new Map<RecallHit, BesideTurn[]>();
  for (const [index, { place }] of shown.entries()) {
    const memory = judged[index];
    if (memory === undefined || memory.trust.trust < min_trust) continue;
    turns.set(place.hit, [...(turns.get(place.hit) ?? []), { offset: place.offset, memory }]);
  }
  return hits.map((hit) => withTurns(hit, turns.get(hit)));
}

interface Beside {
  readonly ref: MemoryRef;
  /** Negative: so many turns before the hit. */
  readonly offset: number;
}

const nameOf = ({ namespace, id }: MemoryRef): string => `${namespace} ${id}`;

const withTurns = (hit: RecallHit, turns: readonly BesideTurn[] | undefined): RecallHit =>
  turns === undefined ? hit : { ...hit, turns: turns.toSorted((one, other) => one.offset - other.offset) };

/** The nearest first. */
async function neighbours(
  store: SearchStore,
  { memory: { namespace, id, session_id } }: RecallHit,
  limit: number,
  deadline: Deadline | undefined,
): Promise<readonly Beside[]> {
  const [after] = await store.placesOf(namespace, [{ namespace, id }]);
  if (after === undefined || session_id === null) return [];
  const filter = facetQuery({ session_id: [session_id], memory_types: ["episodic"] });
  // An offset counts all turns of the talk, those that mustn't be shown too.
  const all = { quarantined: "any", superseded: "any" } as const;
  const query = { namespace, filter, ...all, limit, after, deadline } as const;
  const [before, next] = await Promise.all([
    store.nextTo({ ...query, order: "desc" }),
    store.nextTo({ ...query, order: "asc" }),
  ]);
  const beside = [
    ...before.map((ref, index) => ({ ref, offset: -1 - index })),
    ...next.map((ref, index) => ({ ref, offset: index + 1 })),
  ];
  return beside.toSorted((one, other) => Math.abs(one.offset) - Math.abs(other.offset));
}
