import { inTime, LATE } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import type { TokenCounter } from "../../domain/tokens.js";
import { stageNow } from "../../domain/tracing.js";
import { momentOf } from "../ports/moment.js";
import { nothingToSearchBy, queryVector } from "./query-vector.js";
import type { ArchivedWords } from "./archived-texts.js";
import { loadHits, namedIn } from "./load-hits.js";
import { recordsOf } from "./records-of.js";
import type { RecallStage, Services, Using } from "../services.js";
import type { LifecycleStore, Recency } from "../ports/lifecycle.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { Context } from "../../domain/context.js";
import type { Degraded, RecallInput } from "../ports/recall-input.js";
import { BYTES, fitTokens, until } from "./fit-tokens.js";
import { fitTurns } from "./fit-turns.js";
import { withTurnsBeside } from "./beside-turns.js";
import type { RecallHit, RecallOutcome } from "./outcome.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { facetQuery } from "../conditions/filter.js";
import { nameOf } from "../model/original.js";
import { possibleNames } from "../model/names.js";
import { askedIn } from "../text/asked.js";
import { asksForHelp } from "../text/help-asked.js";
import { withoutFrame } from "../text/without-frame.js";
import type { SearchResult, SearchStore } from "../ports/search.js";
import { linksAsked } from "./links-asked.js";
import { CHAINS_WEIGHT, hopsOf, passedOver, walkLinks } from "./walk-links.js";
import type { Walked } from "./walk-links.js";
import { namesIn } from "../facts/names-in.js";
import { fuseScores, keepScores, mergeLists, reciprocalRankFusion } from "./fusion.js";
import type { Fused, Lists } from "./fusion.js";
import { joinCopies } from "./join-copies.js";
import { ANSWERABLE } from "./relevance.js";
import { relevanceBy } from "./relevance-by.js";
import { chooseTerms, distinctTerms, hasTooMany, parseQuery, termsToCompare } from "../text/terms.js";
import type { ChosenTerms, ParsedQuery } from "../text/terms.js";
import { scopeOf } from "../../access/grants.js";
import type { Scope } from "../../access/grants.js";
import { authorizedParts } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import { recencyIn } from "../lifecycle/defaults.js";
import { hitsToRead, rerankHits } from "./rerank-hits.js";
import { liftRule } from "./rule-boost.js";
import { treatQuery } from "./treat-query.js";
import { weighSituations } from "./weigh-situations.js";

/** Dependencies of a recall. */
export type Recalling = Using<
  RecordStore & SearchStore & LifecycleStore & ArchivedWords,
  | "archive"
  | "audit"
  | "accuracies"
  | "calibrate"
  | "embedder"
  | "entities"
  | "knownDefaults"
  | "countTokens"
  | "observe"
  | "pace"
  | "recency"
  | "reranker"
  | "vault"
>;

/** The length of each list: enough for a memory that is low in both lists to come up. */
export const CANDIDATES = 100;

/**
 * Finds the memories that fit a query best, by words, by meaning, or by both.
 *
 * All namespaces are searched together, unless reciprocal rank fusion of them is asked for: see {@link NamespaceMerge}.
 * A memory and its published copies count as one.
 *
 * A filter, `min_trust` among them, is never relaxed. A memory that expired or changed since it was found is dropped. A
 * query without a word to look up (only stop words, only punctuation) is searched by meaning alone, and refused if that
 * isn't possible.
 *
 * With a deadline it answers in time with what it has by then, and says what is missing: it goes on without the query's
 * vector, without a list, without what times and sessions add, and in the end without hits. With a budget of tokens, hits
 * are fitted into it.
 *
 * It doesn't note that the hits were used: see `recallWithReceipt`.
 */
export async function recall(
  services: Recalling,
  context: Context,
  sent: RecallInput,
  deadline?: Deadline,
): Promise<RecallOutcome> {
  const timed = stopwatch(services);
  // The first one takes longer than many a deadline leaves in the end.
  const counting = sent.budget_tokens === undefined ? undefined : services.countTokens();
  counting?.catch(() => {});
  if (sent.expand !== undefined && sent.expand !== "none" && sent.mode !== "hybrid")
    throw invalid("expand", "Only a recall with mode hybrid can expand entities.");
  const moment = momentOf(context, sent);
  const now = moment.asOf ?? context.now();
  const allowed = await inTime(deadline, allow(services, context, sent));
  if (allowed === LATE) return nothingInTime(sent, now);
  const { lists, input } = allowed;
  // What is begun without a turn must not search.
  if (deadline?.passed === true) return nothingInTime(input, now);
  const filter = facetQuery(input.filter);
  const sought = withoutFrame(input.query);
  const parsed = input.mode === "vector" ? undefined : searchableTerms(sought);
  const begun = await inTime(
    deadline,
    Promise.all([
      parsed && choose(services, parsed, lists),
      timed.later(
        "embed",
        queryVector(services, context, { ...input, query: sought }, embeddingMs(services, deadline)),
      ),
      recencyOf(services, input, lists),
    ]),
  );
  if (begun === LATE) return nothingInTime(input, now);
  const [chosen, { vector, degraded: without, refused }, recency] = begun;
  const terms = chosen?.query;
  if (terms === undefined && vector === undefined) {
    if (deadline !== undefined && !refused && without.includes("vector")) return nothingInTime(input, now);
    throw nothingToSearchBy(input.mode, without, refused);
  }

  const degraded = new Set<Degraded>(without);
  const reserveMs = services.pace.expectedMs("load", "receipt");
  // For a model that wasn't probed yet this takes as long as embedding. It runs in parallel with the search.
  const calibration = vector === undefined ? undefined : services.calibrate(vector.model);
  const hops = linksAsked(input);
  const question = askedIn(input.query) ?? input.query;
  const rule = addsScores(input) && asksForHelp(question);
  const search = { moment, filter, keyword: terms, vector, rule, depth: CANDIDATES, deadline, reserveMs };
  const names = hops === undefined ? undefined : possibleNames(question);
  const walks: Walked[] = [];
  const find = async ({ scopes }: ScopedList): Promise<SearchResult> => {
    const named = names && (await namesIn(services, names, scopes));
    if (hops === undefined || hops === 0 || named === undefined)
      return services.store.search({ scopes, ...search, entities: named });
    const way = { names: named, scopes, question, moment, hops, now: context.now(), deadline };
    const walking = inTime(deadline, walkLinks(services.entities, way), reserveMs).catch(withoutWalk);
    const [result, walked] = await Promise.all([services.store.search({ scopes, ...search }), walking]);
    const walk = walked === LATE ? undefined : walked;
    if (walk === undefined || passedOver(walk)) degraded.add("ranking");
    if (walk !== undefined) walks.push(walk);
    return { ...result, entities: walk?.found.length === 0 ? undefined : walk?.found };
  };
  const searched = input.merge === "rrf" ? lists : together(lists);
  const found = await timed.later("search", Promise.all(searched.map(find)));
  for (const late of found.flatMap((each) => each.late)) degraded.add(late);
  const fused = timed.now("fuse", () => {
    const least = input.min_score ?? -Infinity;
    return stageNow("fuse", () =>
      found.map((result, index) => ({
        name: searched[index]?.name ?? "",
        ranked: fuse(result, input, hops).filter(({ score }) => score >= least),
      })),
    );
  });
  const refs = fused.flatMap((list) => list.ranked);
  const joined = await inTime(deadline, joinCopies(services, refs), reserveMs);
  if (joined === LATE) degraded.add("ranking");
  const ranked = mergeLists(fused, joined === LATE ? nameOf : joined);
  const recorded: Recorded[] = [];
  const note = (entry: Recorded): void => void recorded.push(entry);
  // A namespace's trail doesn't show its readers which other namespaces were asked for.
  const trail = trailOf(context, "recall");
  const named = namedIn(input.namespaces);
  const records = recordsOf(services, { trail, named, asOf: moment.asOf, note });
  const began = performance.now();
  const situating = weighSituations(services, ranked, input, now, recency, records);
  const situated = await inTime(deadline, situating, reserveMs);
  // What read records for it has done a part of the loading.
  const situatedMs = records.known(ranked) > 0 ? performance.now() - began : 0;
  if (situated === LATE) degraded.add("ranking");
  const { asked: askedTime, ranked: weighed } = situated === LATE ? { asked: undefined, ranked } : situated;
  const expanded = found.some(({ entities }) => entities !== undefined);
  const asked = terms?.terms.filter((term) => !terms.background.has(term)) ?? [];
  const calibrated = await inTime(deadline, Promise.resolve(calibration), reserveMs);
  const scale = calibrated === LATE ? undefined : calibrated;
  const relevanceFor = relevanceBy(asked, found, scale, vector?.values, terms?.language);
  const loading = {
    input: { ...input, limit: hitsToRead(input) },
    filter,
    moment,
    terms,
    relevanceFor,
    trail,
    records,
    note,
    unreadable: () => void degraded.add("archive"),
  };
  const load = timed.later("load", loadHits(services, context, weighed, loading), situatedMs);
  const loaded = await inTime(deadline, load, services.pace.expectedMs("receipt"));
  if (loaded === LATE) degraded.add("hits");
  const ordered = await rerankHits(services, loaded === LATE ? [] : loaded, input, asked, deadline);
  if (ordered.missing) degraded.add("rerank");
  const besides = withTurnsBeside(services, context, ordered.hits, { input, filter, moment, deadline, note });
  const beside = await inTime(deadline, besides, services.pace.expectedMs("receipt"));
  if (beside === LATE) degraded.add("turns");
  const { hits, ...budget } = await fitted(
    counting,
    beside === LATE ? ordered.hits : beside,
    input,
    terms?.language === undefined ? asked : [],
    deadline,
  );
  const answerable = hits.some((hit) => hit.relevance.relevance >= ANSWERABLE);
  const leftOut = chosen?.leftOut ?? [];
  return {
    hits,
    ...budget,
    answerable,
    degraded: [...degraded],
    terms,
    leftOut,
    asked: askedTime,
    hops: hopsOf(walks),
    at: now,
    recorded,
    expanded,
    request: input,
  };
}

/** A walk only adds to what the searches find: where the store fails it alone, they stand. */
function withoutWalk(error: unknown): undefined {
  if (!(error instanceof DomainError)) throw error;
}

/** What the caller may search, and by what, without the personal data that the namespaces don't keep. */
async function allow(
  services: Recalling,
  context: Context,
  sent: RecallInput,
): Promise<{ readonly lists: readonly ScopedList[]; readonly input: RecallInput }> {
  const lists = await readable(services, context, sent.namespaces);
  const names = lists.map(({ name }) => name);
  return { lists, input: await treatQuery(services, sent, names) };
}

/** The search comes after it, and reading what was found. */
function embeddingMs({ pace }: Pick<Services, "pace">, deadline: Deadline | undefined): number | undefined {
  if (deadline === undefined) return undefined;
  const { leftMs } = deadline;
  const rest = Math.max(pace.expectedMs("search", "load", "receipt"), leftMs / 4);
  return leftMs - Math.min(rest, leftMs / 2);
}

/** The answer if there was no time for any search. */
function nothingInTime(request: RecallInput, at: number): RecallOutcome {
  const searches: readonly Degraded[] = request.mode === "hybrid" ? ["keyword", "vector"] : [request.mode];
  return {
    hits: [],
    ...(request.budget_tokens === undefined ? {} : { budget: { omitted: [], tokens: 0 } }),
    answerable: false,
    degraded: searches,
    terms: undefined,
    leftOut: [],
    asked: undefined,
    hops: [],
    at,
    recorded: [],
    expanded: false,
    request,
    cutOff: true,
  };
}

/** Hits within the request's budget of tokens. */
async function fitted(
  counting: Promise<TokenCounter> | undefined,
  hits: readonly RecallHit[],
  { budget_tokens, query }: RecallInput,
  asked: readonly string[],
  deadline: Deadline | undefined,
): Promise<Pick<RecallOutcome, "hits" | "budget">> {
  if (budget_tokens === undefined || counting === undefined) return { hits };
  const counter = await inTime(deadline, counting);
  const terms = asked.length > 0 ? asked : distinctTerms(askedIn(query) ?? query);
  const used = counter === LATE ? BYTES : deadline === undefined ? counter : until(deadline, counter);
  const whole = await fitTokens(used, hits, budget_tokens, terms);
  const { hits: shown, ...budget } = await fitTurns(used, whole, budget_tokens);
  return { hits: shown, budget };
}

async function choose(
  { store }: Using<SearchStore>,
  parsed: ParsedQuery,
  lists: readonly ScopedList[],
): Promise<ChosenTerms> {
  const scopes = lists.flatMap((list) => list.scopes);
  const counted = hasTooMany(parsed) && scopes.length > 0;
  const held = counted ? await store.countHolding(scopes, termsToCompare(parsed)) : () => 0;
  return chooseTerms(parsed, held);
}

interface ScopedList {
  /** The name in the caller's own spelling. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** The parts of the wanted namespaces that the caller may read. A pattern without any is dropped. */
async function readable(
  { audit }: Pick<Services, "audit">,
  context: Context,
  namespaces: readonly string[],
): Promise<ScopedList[]> {
  const lists: ScopedList[] = [];
  for (const name of new Set(namespaces)) {
    const need = { verb: "read", act: "recall" } as const;
    const scopes = await authorizedParts(audit, context, scopeOf(name), need);
    if (scopes.length > 0) lists.push({ name, scopes });
  }
  return lists;
}

/**
 * One list of all: scores of separate lists can't be compared, because each is scaled by what it holds, and ranks say
 * nothing about how well the first of a list fits.
 */
function together(lists: readonly ScopedList[]): readonly ScopedList[] {
  if (lists.length < 2) return lists;
  const scopes = lists.flatMap((list) => list.scopes);
  const unique = new Map(scopes.map((scope) => [`${scope.root} ${scope.below}`, scope]));
  return [{ name: lists.map(({ name }) => name).join(" "), scopes: [...unique.values()] }];
}

function searchableTerms(query: string): ParsedQuery | undefined {
  const parsed = parseQuery(query);
  return parsed.terms.length + parsed.phrases.length === 0 ? undefined : parsed;
}

/** Whether scores are on the scale that what is added to them is made for. */
const addsScores = ({ mode, fusion, merge }: RecallInput): boolean =>
  mode === "hybrid" && fusion.method === "auto" && merge !== "rrf";

function fuse(found: SearchResult, input: RecallInput, hops = 0): readonly Fused[] {
  const lists: Lists = found;
  if (input.mode !== "hybrid") return keepScores(lists);
  if (input.fusion.method === "rrf") return reciprocalRankFusion(lists, input.fusion.k, input.fusion.weights);
  const fused = hops === 0 ? fuseScores(lists) : fuseScores(lists, CHAINS_WEIGHT);
  return liftRule(fused, found.rules);
}

/** The caller's recency; else that of the namespace, if exactly one is asked by name; else the configuration. */
async function recencyOf(
  services: Pick<Services, "knownDefaults" | "recency">,
  { recency }: RecallInput,
  lists: readonly ScopedList[],
): Promise<Recency> {
  if (recency !== undefined) return recency;
  const [only, ...others] = lists;
  const named = only !== undefined && others.length === 0 && !scopeOf(only.name).below;
  return recencyIn(services, named ? only.name : undefined);
}

/** Reports how long each stage takes; in seconds. */
function stopwatch({ observe, pace }: Pick<Services, "observe" | "pace">) {
  const since = (start: number): number => (performance.now() - start) / 1000;
  return {
    /** `doneMs`: what a part of it took before. */
    async later<T>(name: RecallStage, work: Promise<T>, doneMs = 0): Promise<T> {
      const start = performance.now() - doneMs;
      try {
        return await work;
      } finally {
        const seconds = since(start);
        observe(name, seconds);
        if (name === "search" || name === "load") pace.note(name, seconds * 1000);
      }
    },
    now<T>(name: RecallStage, work: () => T): T {
      const start = performance.now();
      const result = work();
      observe(name, since(start));
      return result;
    },
  };
}
