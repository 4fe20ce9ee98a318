import { createTurns } from "../../domain/turns.js";
import { promising, weigh, weightsOf } from "./weigh.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { Using } from "../services.js";
import type { Context } from "../../domain/context.js";
import type { Found } from "./fusion.js";
import { matches } from "../conditions/filter.js";
import type { FacetQuery } from "../conditions/filter.js";
import { holds } from "../model/moment.js";
import type { Moment } from "../model/moment.js";
import type { RecallInput } from "../ports/recall-input.js";
import { distinctTerms } from "../text/terms.js";
import type { KeywordQuery } from "../text/terms.js";
import type { JudgeRelevance, RecallHit } from "./outcome.js";
import type { RelevanceParts } from "./relevance.js";
import { scopeOf } from "../../access/grants.js";
import type { Trail } from "../../access/trail.js";
import type { Memory } from "../model/record.js";
import { isAlive } from "../lifecycle/ttl.js";
import { freed, standIns } from "./stand-ins.js";
import type { StandIn } from "./stand-ins.js";
import { judgeAll } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { RecordsOf } from "./records-of.js";
import { askedIn } from "../text/asked.js";
import { withoutDuplicates } from "./duplicates.js";
import type { ComparedTexts } from "./duplicates.js";
import { archivedTexts } from "./archived-texts.js";
import type { ArchivedTexts, ArchivedWords } from "./archived-texts.js";
import { sourceExcerpt, standingOf } from "./source-excerpt.js";
import { isFoundExtract, withoutSaid } from "./without-said.js";

export interface LoadInput {
  readonly input: RecallInput;
  readonly filter: FacetQuery;
  readonly moment: Moment;
  /** Undefined: nothing was looked for by words. */
  readonly terms: KeywordQuery | undefined;
  readonly relevanceFor: JudgeRelevance;
  readonly trail: Trail;
  readonly records: RecordsOf;
  /** Called with the number of archived memories whose contents couldn't be read, where they were wanted. */
  readonly unreadable: (count: number) => void;
  /** Called with each entry in an audit trail. */
  readonly note: (recorded: Recorded) => void;
}

/**
 * Reads records, best first, until there are `limit` that still exist, are unexpired, fulfil the filter and are trusted
 * enough, and nothing that is left could come before the last of them by its trust or its outcomes. Of memories that say
 * the same, the best is a hit, and names the others.
 */
export async function loadHits(
  services: Loading,
  context: Context,
  ranked: readonly Found[],
  { input, filter, moment, terms, relevanceFor, trail, records, unreadable, note }: LoadInput,
): Promise<RecallHit[]> {
  const { namespaces, limit, min_trust = 0, min_relevance = 0, include_archive = false } = input;
  const archive = archivedTexts(services, include_archive, unreadable);
  const weights = weightsOf(input);
  if (ranked.length === 0 && namedIn(namespaces).length === 0)
    await services.audit.system({ ...trail, other: namespaces.join(" ") }, "ok");
  const now = context.now();
  const fits = (memory: Memory): boolean =>
    !memory.quarantined && isAlive(memory, now) && holds(memory, moment) && matches(memory, filter);
  const mayBeShown = (source: Memory): boolean => fits(freed(source));
  /** Per shown memory: the chains from each found memory to it. */
  const chainsOf = new Map<string, Chains>();
  let all: Shown[] = [];
  let hits: readonly Shown[] = [];
  const texts: ComparedTexts = new Map();
  const unsaid = withoutSaid<Shown>({
    limit,
    ranked,
    asked: () => quotedBy(terms, input.query),
    distinct: (each) => (input.duplicates === "keep" ? each : withoutDuplicates(each, texts)),
  });
  let from = 0;
  do {
    // With min_trust or min_relevance, double the batch so that few rounds are needed.
    const wanted =
      min_trust > 0 || min_relevance > 0 ? Math.max(limit - hits.length, from) : limit - hits.length;
    // What was read already is looked at first: then it is known how good another one must be.
    const known = from === 0 ? records.known(ranked) : 0;
    const size =
      known > 0 && known >= wanted
        ? known
        : promising(ranked, from, Math.max(0, wanted), hits[limit - 1]?.score, weights);
    if (size === 0 && from > 0) break;
    const batch = ranked.slice(from, from + size);
    const showable = await read(services, batch, { trail, records, moment, now, fits, note, archive });
    from += batch.length;
    for (const { found, copies } of showable.flatMap(apart)) {
      const trusted = copies.filter(({ memory }) => memory.trust.trust >= min_trust);
      // The origin itself, where the caller may read it.
      const first = trusted.find(({ memory }) => memory.origin === null) ?? trusted[0];
      if (first === undefined) continue;
      const { memory, behind, extract } = first;
      // Apart from what leads to it: a source that says it takes only the extract's own place.
      const name = isFoundExtract({ memory, chains: [behind] }) ? `${nameOf(memory)}\0` : nameOf(memory);
      const earlier = chainsOf.get(name);
      if (earlier !== undefined) {
        if (earlier.length < MOST_CHAINS) earlier.push(behind);
        continue;
      }
      const judge = (): Promise<RelevanceParts> =>
        relevanceFor(found, [memory, ...behind.slice(0, 1)].map(archive.textOf));
      // Another memory that leads to it may fit better.
      if (min_relevance > 0 && (await judge()).relevance < min_relevance) continue;
      const chains = [behind];
      chainsOf.set(name, chains);
      const alsoIn = trusted.filter((copy) => copy !== first).map((copy) => copy.memory.namespace);
      const weighed = weigh(found.score, memory, weights);
      all.push({ memory, ...weighed, judge, found, alsoIn, duplicates: [], extract, chains });
    }
    // Stable: among equals, the one that fits better stays first.
    all = all.toSorted((one, other) => other.score - one.score);
    hits = unsaid.least(all);
  } while (from < ranked.length);
  hits = await unsaid.settled(all);
  const shown = hits.slice(0, limit);
  // Usually nothing is superseded, and the query needs no second look.
  const quotes = shown.some(({ chains }) => chains.some(({ length }) => length > 0));
  const asked = quotes ? quotedBy(terms, input.query) : [];
  const turn = createTurns();
  const quoted: RecallHit[] = [];
  for (const { chains, judge, ...hit } of shown) {
    const relevance = await judge();
    quoted.push(
      Object.assign(hit, { relevance }, await foundBy(hit.memory, chains, asked, mayBeShown, turn)),
    );
  }
  return quoted;
}

/** Excerpts are compared with a query by terms of English analysis. */
const quotedBy = (terms: KeywordQuery | undefined, query: string): readonly string[] =>
  terms === undefined || terms.language !== undefined ? distinctTerms(askedIn(query) ?? query) : terms.terms;

type Loading = Using<RecordStore & LifecycleStore & ArchivedWords, "archive" | "audit" | "accuracies">;

/** Each begins with what was found, and leads to what is shown; empty: that was found itself. */
type Chains = (readonly Memory[])[];

/**
 * A hit before it is known what is quoted of what it was found by, and how relevant it is: many are read of which few
 * are shown.
 */
interface Shown extends Omit<RecallHit, keyof FoundBy | "relevance"> {
  readonly chains: Chains;
  readonly judge: () => Promise<RelevanceParts>;
}

/** What may be shown for one found memory: itself or the memory that supersedes it, and its published copies. */
interface Showable {
  readonly found: Found;
  readonly copies: readonly Copy[];
}

/** A copy that is superseded in its namespace may lead to another memory than its origin does: each is a hit of its own. */
function apart(showable: Showable): readonly Showable[] {
  const { found, copies } = showable;
  if (copies.length === 1) return [showable];
  const byId = new Map<string, Copy[]>();
  for (const copy of copies) byId.set(copy.memory.id, [...(byId.get(copy.memory.id) ?? []), copy]);
  return [...byId.values()].map((same) => ({ found, copies: same }));
}

interface Copy extends StandIn {
  readonly memory: Judged;
}

interface ReadOptions extends Pick<LoadInput, "moment" | "note" | "trail" | "records"> {
  readonly archive: ArchivedTexts;
  readonly now: number;
  readonly fits: (memory: Memory) => boolean;
}

async function read(
  services: Loading,
  batch: readonly Found[],
  { trail, records, moment, now, fits, note, archive }: ReadOptions,
): Promise<readonly Showable[]> {
  const from = batch.flatMap((found) => found.refs.map(() => found));
  const memories = await archive.read((await records.of(batch)).flat());
  const standing = await standIns(services, trail, memories, { moment, fits, note });
  const present = from.flatMap((found, index) => {
    const standIn = standing[index];
    return standIn === undefined ? [] : [{ found, ...standIn }];
  });
  const shown = present.map(({ memory }) => memory);
  const judged = await judgeAll(services, shown, moment.asOf ?? now);
  const showable = new Map(batch.map((found) => [found, { found, copies: new Array<Copy>() }]));
  for (const [index, { found, ...standIn }] of present.entries()) {
    const memory = judged[index];
    if (memory !== undefined) showable.get(found)?.copies.push({ ...standIn, memory });
  }
  return [...showable.values()];
}

/** What a hit says of the memory that it was found by. */
type FoundBy = Pick<RecallHit, "via" | "excerpt" | "behind">;

/** The most chains per memory that are examined, the earliest first. */
const MOST_CHAINS = 4;

/** The first found memory that holds words of the query which the shown memory doesn't hold. */
async function foundBy(
  { content }: Memory,
  chains: readonly (readonly Memory[])[],
  terms: readonly string[],
  mayBeShown: (source: Memory) => boolean,
  turn: () => Promise<void>,
): Promise<FoundBy> {
  const standing = standingOf(content);
  let first: FoundBy | undefined;
  for (const [index, behind] of chains.entries()) {
    const [source] = behind;
    const excerpt =
      source !== undefined && mayBeShown(source) ? sourceExcerpt(terms, source.content, standing) : undefined;
    await turn();
    const own = { via: source?.id ?? null, excerpt: excerpt?.text ?? null, behind };
    if (excerpt?.holdsMore === true) return own;
    if (index === 0) first = own;
  }
  return first ?? { via: null, excerpt: null, behind: [] };
}

/** Namespaces that are asked for by name. */
export const namedIn = (namespaces: readonly string[]): string[] =>
  namespaces.filter((name) => !scopeOf(name).below);

const nameOf = ({ namespace, id, version }: Memory): string => `${namespace}\0${id}\0${version}`;
