import { stage, stageNow } from "../../domain/tracing.js";
import { momentOf } from "../ports/moment.js";
import { nothingToSearchBy, queryVector } from "./query-vector.js";
import type { ArchivedWords } from "./archived-texts.js";
import { loadHits } from "./load-hits.js";
import type { RecallStage, Services, Using } from "../services.js";
import type { LifecycleStore, Recency } from "../ports/lifecycle.js";
import type { RecordStore, Recorded } from "../ports/records.js";
import type { Context } from "../../domain/context.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { JudgeRelevance, RecallOutcome } from "./outcome.js";
import { invalid } from "../../domain/errors.js";
import { facetQuery } from "../conditions/filter.js";
import { possibleNames } from "../model/names.js";
import { askedIn } from "../text/asked.js";
import type { SearchResult, SearchStore } from "../ports/search.js";
import { namesIn } from "../facts/names-in.js";
import { fuseScores, keepScores, mergeLists, reciprocalRankFusion } from "./fusion.js";
import type { Fused, Lists } from "./fusion.js";
import { ANSWERABLE, coverageOf, rarityOf, relevanceOf } from "./relevance.js";
import { chooseTerms, hasTooMany, parseQuery, termsToCompare } from "../text/terms.js";
import type { ChosenTerms, ParsedQuery } from "../text/terms.js";
import type { Calibration } from "../../embeddings/calibration.js";
import { scaleOf } from "./similarity-scale.js";
import { scopeOf } from "../../access/grants.js";
import type { Scope } from "../../access/grants.js";
import { authorizedParts } from "../../access/authorize.js";
import { recencyIn } from "../lifecycle/defaults.js";
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
  | "observe"
  | "recency"
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
 * It doesn't note that the hits were used: see `recallWithReceipt`.
 */
export async function recall(
  services: Recalling,
  context: Context,
  sent: RecallInput,
): Promise<RecallOutcome> {
  const timed = stopwatch(services.observe);
  if (sent.expand !== undefined && sent.mode !== "hybrid")
    throw invalid("expand", "Only a recall with mode hybrid can expand entities.");
  const moment = momentOf(context, sent);
  const lists = await readable(services, context, sent.namespaces);
  const input = await treatQuery(
    services,
    sent,
    lists.map(({ name }) => name),
  );
  const filter = facetQuery(input.filter);
  const parsed = input.mode === "vector" ? undefined : searchableTerms(input.query);
  const [chosen, { vector, degraded, refused }, recency] = await Promise.all([
    parsed && choose(services, parsed),
    timed.later("embed", queryVector(services, context, input)),
    recencyOf(services, input, lists),
  ]);
  const terms = chosen?.query;
  if (terms === undefined && vector === undefined) throw nothingToSearchBy(input.mode, degraded, refused);

  const search = { moment, filter, keyword: terms, vector, depth: CANDIDATES };
  // For a model that wasn't probed yet this takes as long as embedding. It runs in parallel with the search.
  const calibration = vector === undefined ? undefined : services.calibrate(vector.model);
  const names = input.expand === undefined ? undefined : possibleNames(askedIn(input.query) ?? input.query);
  const find = async ({ scopes }: ScopedList): Promise<SearchResult> => {
    const named = names && (await namesIn(services, names, scopes));
    return services.store.search({ scopes, ...search, entities: named });
  };
  const searched = input.merge === "rrf" ? lists : together(lists);
  const found = await timed.later("search", Promise.all(searched.map(find)));
  const ranked = timed.now("fuse", () => {
    const least = input.min_score ?? -Infinity;
    return stageNow("fuse", () =>
      mergeLists(
        found.map((result, index) => ({
          name: searched[index]?.name ?? "",
          ranked: fuse(result, input).filter(({ score }) => score >= least),
        })),
      ),
    );
  });
  const now = moment.asOf ?? context.now();
  const { asked: askedTime, ranked: weighed } = await weighSituations(services, ranked, input, now, recency);
  const asked = terms?.terms.filter((term) => !terms.background.has(term)) ?? [];
  const relevanceFor = relevanceBy(asked, found, await calibration, vector?.values);
  const recorded: Recorded[] = [];
  const note = (entry: Recorded): void => void recorded.push(entry);
  let unreadable = 0;
  const loading = {
    input,
    filter,
    moment,
    terms,
    relevanceFor,
    note,
    unreadable: (count: number) => void (unreadable += count),
  };
  const load = stage("load", () => loadHits(services, context, weighed, loading));
  const hits = await timed.later("load", load);
  const answerable = hits.some((hit) => hit.relevance.relevance >= ANSWERABLE);
  const leftOut = chosen?.leftOut ?? [];
  return {
    hits,
    answerable,
    degraded: unreadable > 0 ? [...degraded, "archive"] : degraded,
    terms,
    leftOut,
    asked: askedTime,
    at: now,
    recorded,
    request: input,
  };
}

async function choose({ store }: Using<SearchStore>, parsed: ParsedQuery): Promise<ChosenTerms> {
  const held = hasTooMany(parsed) ? await store.countHolding(termsToCompare(parsed)) : () => 0;
  return chooseTerms(parsed, held);
}

function relevanceBy(
  terms: readonly string[],
  results: readonly SearchResult[],
  calibration: Calibration | undefined,
  query: Float32Array | undefined,
): JudgeRelevance {
  const rarity = rarityOf(terms, results[0]?.idf ?? (() => 0));
  const lists = results.map(({ vector = [], searched }) => ({
    cosines: vector.map(({ score }) => score),
    searched,
  }));
  const scales = calibration && query ? lists.map((list) => scaleOf(calibration, query, list)) : [];
  // For lists ranked apart, the strictest scale: most hits of the other lists are unrelated too.
  const scale = scales.toSorted((one, other) => other.unrelated - one.unrelated)[0];
  // A memory outside a full list of the nearest is no nearer than the list's last one.
  const ends = lists.flatMap(({ cosines }) => (cosines.length < CANDIDATES ? [] : (cosines.at(-1) ?? [])));
  const farthest = ends.length === 0 ? undefined : Math.max(...ends);
  return ({ fused }, texts) => relevanceOf(coverageOf(rarity, texts), fused.vector?.score ?? farthest, scale);
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

function fuse(found: SearchResult, input: RecallInput): Fused[] {
  const lists: Lists = found;
  if (input.mode !== "hybrid") return keepScores(lists);
  if (input.fusion.method === "rrf") return reciprocalRankFusion(lists, input.fusion.k, input.fusion.weights);
  return fuseScores(lists);
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
function stopwatch(observe: Services["observe"]) {
  const since = (start: number): number => (performance.now() - start) / 1000;
  return {
    async later<T>(name: RecallStage, work: Promise<T>): Promise<T> {
      const start = performance.now();
      try {
        return await work;
      } finally {
        observe(name, since(start));
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
