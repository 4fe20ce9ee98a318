import { promising, weigh, weightsOf } from "./weigh.js";
import type { Services } from "../services.js";
import type { Context } from "../../domain/context.js";
import type { Found } from "./fusion.js";
import { type FacetQuery, matches } from "../conditions/filter.js";
import { type Moment, holds } from "../model/moment.js";
import type { RecallInput } from "../ports/recall-input.js";
import { type KeywordQuery, distinctTerms } from "../text/terms.js";
import type { JudgeRelevance, RecallHit } from "./outcome.js";
import { scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Memory } from "../model/record.js";
import { isAlive } from "../lifecycle/ttl.js";
import { standIns } from "./stand-ins.js";
import { judgeAll } from "../trust/judge.js";
import { askedIn } from "../text/asked.js";
import { sourceExcerpt } from "./source-excerpt.js";

/**
 * Reads records, best first, until there are `limit` that still exist, are unexpired, fulfil the filter and are trusted
 * enough, and nothing that is left could come before the last of them by its trust or its outcomes.
 */
export async function loadHits(
  services: Services,
  context: Context,
  ranked: readonly Found[],
  filter: FacetQuery,
  moment: Moment,
  input: RecallInput,
  chosen: KeywordQuery | undefined,
  relevanceFor: JudgeRelevance,
): Promise<RecallHit[]> {
  const { store, audit } = services;
  const { namespaces, limit, min_trust = 0, min_relevance = 0 } = input;
  const weights = weightsOf(input);
  const named = namespaces.filter((name) => !scopeOf(name).below);
  // The trail of one namespace doesn't tell its readers which others were asked for.
  const trail = trailOf(context, "recall");
  if (ranked.length === 0 && named.length === 0)
    await audit.system({ ...trail, other: namespaces.join(" ") }, "ok");
  const now = context.now();
  const fits = (memory: Memory): boolean =>
    !memory.quarantined && isAlive(memory, now) && holds(memory, moment) && matches(memory, filter);
  // By its name, what of it was found by others that it stands for: chains, of which each begins with what was found.
  const shown = new Map<string, (readonly Memory[])[]>();
  let hits: Omit<RecallHit, keyof Origin>[] = [];
  let from = 0;
  do {
    // Where few are trusted enough, each time as many as before, so that there are few times.
    const wanted =
      min_trust > 0 || min_relevance > 0 ? Math.max(limit - hits.length, from) : limit - hits.length;
    const size = promising(ranked, from, Math.max(0, wanted), hits[limit - 1]?.score, weights);
    if (size === 0 && from > 0) break;
    const batch = ranked.slice(from, from + size);
    const refs = batch.flatMap((found) => found.refs);
    const memories = await store.load(trail, from === 0 ? named : [], refs, moment.asOf);
    from += batch.length;
    const standing = await standIns(services, trail, memories, moment, fits);
    const judged = await judgeAll(
      services,
      standing.flatMap((each) => each?.memory ?? []),
      moment.asOf ?? now,
    );
    let [next, nextJudged] = [0, 0];
    for (const found of batch) {
      const own = standing.slice(next, (next += found.refs.length)).filter((each) => each !== undefined);
      const present = own.length;
      const copies = judged
        .slice(nextJudged, (nextJudged += present))
        .filter(({ trust }) => trust.trust >= min_trust);
      // The origin itself, where the caller may read it.
      const memory = copies.find(({ origin }) => origin === null) ?? copies[0];
      if (memory === undefined) continue;
      const behind = own.find((each) => nameOf(each.memory) === nameOf(memory))?.behind ?? [];
      const earlier = shown.get(nameOf(memory));
      if (earlier !== undefined) {
        if (earlier.length < MOST_CHAINS) earlier.push(behind);
        continue;
      }
      shown.set(nameOf(memory), [behind]);
      const also = copies.filter((copy) => copy !== memory).map(({ namespace }) => namespace);
      const texts = [memory, ...behind.slice(0, 1)].map(({ content }) => content);
      const relevance = relevanceFor(found, texts);
      if (relevance.relevance < min_relevance) continue;
      hits.push({ memory, ...weigh(found.score, memory, weights), relevance, found, alsoIn: also });
    }
    // Stable: among equals, the one that fits better stays first.
    hits = hits.toSorted((one, other) => other.score - one.score);
  } while (from < ranked.length);
  // Most often nothing stands for anything, and the query needs no second look.
  const quotes = [...shown.values()].some((chains) => chains.some(({ length }) => length > 0));
  const terms = quotes ? (chosen?.terms ?? distinctTerms(askedIn(input.query) ?? input.query)) : [];
  const mayBeShown = (source: Memory): boolean =>
    fits({ ...source, superseded_at: null, superseded_by: null });
  return hits
    .slice(0, limit)
    .map((hit) =>
      Object.assign(hit, originOf(hit.memory, shown.get(nameOf(hit.memory)) ?? [], terms, mayBeShown)),
    );
}

type Origin = Pick<RecallHit, "via" | "excerpt" | "behind">;

/** Of what a memory was found by, so many are looked at: those that were found first. */
const MOST_CHAINS = 4;

/** Of several by which it was found, the first one that holds words of the query which the memory doesn't hold. */
function originOf(
  { content }: Memory,
  chains: readonly (readonly Memory[])[],
  terms: readonly string[],
  mayBeShown: (source: Memory) => boolean,
): Origin {
  let origin: Origin | undefined;
  for (const [index, behind] of chains.entries()) {
    const [source] = behind;
    const excerpt =
      source !== undefined && mayBeShown(source) ? sourceExcerpt(terms, source.content, content) : undefined;
    const own = { via: source?.id ?? null, excerpt: excerpt?.text ?? null, behind };
    if (excerpt?.holdsMore === true) return own;
    if (index === 0) origin = own;
  }
  return origin ?? { via: null, excerpt: null, behind: [] };
}

const nameOf = ({ namespace, id, version }: Memory): string => `${namespace}\0${id}\0${version}`;
