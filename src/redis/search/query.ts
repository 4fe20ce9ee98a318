import type { NamedLinks } from "../../memory/ports/facts.js";
import type { Scope } from "../../access/grants.js";
import type { FacetQuery } from "../../memory/conditions/filter.js";
import type { Moment } from "../../memory/model/moment.js";
import {
  QUARANTINE_FACET,
  SUPERSEDED_FACET,
  belowFacet,
  oldBelowFacet,
  oldNamespace,
  predicateFacet,
} from "../../memory/model/facets.js";
import { rangeClause } from "./numeric-range.js";
import type { NumericRange } from "./numeric-range.js";
import type { IndexClause } from "../../memory/conditions/indexed.js";
import type { Guess, KeywordQuery } from "../../memory/text/terms.js";
import type { TermFrequencies, TermStatistics } from "../index-statistics.js";
import { damping, indexIdf } from "./idf.js";

/** Values that a query names as `$name`: callers' text stays out of the query's own text, so none of it is syntax. */
export type Params = Record<string, string | Buffer>;

/** No tag ever has this value: neither a namespace nor a facet can hold it. */
const NEVER = "!";

export type Superseded = "none" | "behind" | "any" | "only";

export interface ScopeOptions {
  /** Whether the index checks when a version was current; default true. */
  readonly timed?: boolean;
  /** True: what is in quarantine, in place of what isn't; `any`: both. */
  readonly quarantined?: boolean | "any";
  /** Which superseded memories are included: those that recall finds, all, or only them. Default none. */
  readonly superseded?: Superseded | undefined;
}

/**
 * Namespaces and filter, without a score of their own; empty where everything is in scope.
 *
 * RediSearch 2.10 adds a matching tag's BM25 to the hit's score (its IDF grows to 42 where updates left stale
 * postings), and ignores `$weight` on a tag with a single value: hence the second one, which nothing has.
 */
export function scopeClause(
  scopes: readonly Scope[],
  filter: FacetQuery,
  params: Params,
  moment: Moment = PRESENT,
  { timed = true, quarantined = false, superseded = "none" }: ScopeOptions = {},
): string {
  params["never"] = NEVER;
  const clauses = [
    ...namespaceClauses(
      scopes,
      params,
      moment.asOf !== undefined || superseded === "only",
      superseded === "any" || (superseded === "behind" && isTimed(filter)),
    ),
    ...filter.groups.map((group, index) => tagClause("facets", group, `f${index}`, params)),
    ...(filter.clauses ?? []).map((clause, index) => metadataClause(clause, `m${index}`, params)),
  ];
  clauses.push(...rangeClauses(filter));
  const everything = scopes.some(({ root, below }) => below && root === "");
  // Memories in quarantine are rare, so excluding them costs nothing.
  const unwanted = [
    ...(filter.without ?? []),
    ...(quarantined === false ? [QUARANTINE_FACET] : []),
    ...(superseded === "none" ? [SUPERSEDED_FACET] : []),
  ];
  const only = superseded === "only" ? [tagClause("facets", [SUPERSEDED_FACET], "superseded", params)] : [];
  return [
    ...(unwanted.length === 0 ? [] : [`(-${tagClause("facets", unwanted, "without", params)})`]),
    ...(quarantined === true
      ? [weightless(tagClause("facets", [QUARANTINE_FACET], "quarantine", params))]
      : []),
    ...[...only, ...clauses].map(weightless),
    ...momentClauses(moment, timed),
    ...(everything && moment.asOf === undefined ? [currentClause(superseded === "behind", params)] : []),
  ].join(" ");
}

/** Now; valid time isn't checked. */
export const PRESENT: Moment = { asOf: undefined, validAt: undefined };

/**
 * Each says what must not be: few memories have an end or a beginning in the world, and only those few are looked up.
 * What must be would be nearly all of them. When a version was current is asked of the index only if `timed`.
 */
function momentClauses({ asOf, validAt }: Moment, timed: boolean): string[] {
  const unwanted = [
    ...(asOf === undefined || !timed
      ? []
      : [rangeClause("since", { above: asOf }), rangeClause("until", { to: asOf })]),
    ...(validAt === undefined
      ? []
      : [rangeClause("valid_from", { above: validAt }), rangeClause("valid_to", { to: validAt })]),
  ];
  // In parentheses: RediSearch 2.10 doesn't see a parameter right after a range.
  return unwanted.filter((clause) => clause !== undefined).map((clause) => `(-${clause})`);
}

/**
 * Without a namespace in the query, old versions are excluded by their end. Superseded memories have an end too, and
 * `behind` them is what recall shows: they are found by their facet.
 */
function currentClause(behind: boolean, params: Params): string {
  const current = `(-${rangeClause("until", {}) ?? NOTHING})`;
  if (!behind) return current;
  return weightless(`${current}|(${tagClause("facets", [SUPERSEDED_FACET], "behind", params)})`);
}

const weightless = (clause: string): string => `(${clause})=>{$weight:0}`;

/**
 * Whether a filter can tell a merged memory from those that it was merged from: it has the earliest of their times. Then
 * recall must find all of them, and shows those that it can't stand for.
 */
const isTimed = ({ from, to }: FacetQuery): boolean => from !== undefined || to !== undefined;

/** None where everything is in scope. */
function namespaceClauses(
  scopes: readonly Scope[],
  params: Params,
  past: boolean,
  hidden: boolean,
): string[] {
  if (scopes.some(({ root, below }) => below && root === "")) return [];
  const roots = scopes.map(({ root }) => root);
  const named = tagClause("ns", past ? [...roots, ...roots.map(oldNamespace)] : roots, "ns", params);
  const above = scopes.filter(({ below }) => below).map(({ root }) => root);
  if (above.length === 0) return hidden ? [`${weightless(named)}|${hiddenClause(roots, params)}`] : [named];
  const facets = [...above.map(belowFacet), ...(past ? above.map(oldBelowFacet) : [])];
  const found = `${weightless(named)}|${weightless(tagClause("facets", facets, "below", params))}`;
  return [hidden && !past ? `${found}|${hiddenClause(roots, params, above)}` : found];
}

/**
 * Superseded memories that recall doesn't find: they have the namespace of old versions, but old versions lack this
 * facet.
 */
function hiddenClause(roots: readonly string[], params: Params, above: readonly string[] = []): string {
  const named = weightless(tagClause("ns", roots.map(oldNamespace), "hidden", params));
  const below = above.map(oldBelowFacet);
  const places =
    below.length === 0
      ? named
      : `(${named}|${weightless(tagClause("facets", below, "hidden_below", params))})`;
  return `(${places} ${weightless(tagClause("facets", [SUPERSEDED_FACET], "superseded", params))})`;
}

/** A clause for each range that a filter asks for: the only list, by the index's fields. */
export function rangeClauses({ from, to }: FacetQuery): string[] {
  const ranges: Readonly<Record<string, NumericRange>> = { time: { from, below: to } };
  return Object.entries(ranges)
    .filter(([, range]) => Object.values(range).some((bound) => bound !== undefined))
    .map(([field, range]) => rangeClause(field, range) ?? NOTHING);
}

/** A clause that no record fulfils. */
export const NOTHING = "@facets:{$never}";

/** Every part is without a score, as the whole is: a union would else add those of its children. */
function metadataClause(clause: IndexClause, name: string, params: Params): string {
  switch (clause.kind) {
    case "facets":
      return weightless(tagClause("facets", clause.facets, name, params));
    case "not":
      return `(-${metadataClause(clause.of, name, params)})`;
    default: {
      const parts = clause.of.map((part, index) => metadataClause(part, `${name}_${index}`, params));
      return weightless(parts.join(clause.kind === "all" ? " " : "|"));
    }
  }
}

function tagClause(field: string, values: readonly string[], name: string, params: Params): string {
  const bound = values.map((value, index) => bind(params, `${name}_${index}`, value));
  return `@${field}:{${[...bound, "$never"].join("|")}}`;
}

/** Postings that a query may walk through to select its candidates. */
const POSTINGS_BUDGET = 3000;
const PAIR_WEIGHT = 0.25;
/** Another spelling counts less than the query's own. */
const SPELLING_WEIGHT = 0.3;
/** Text around a question counts less than the question. */
const BACKGROUND_WEIGHT = 0.3;

/**
 * Ranks by BM25STD what holds one of the essential terms or a phrase:
 *
 *     scope ((essential | …)=>{$weight:0}) ~term ~term … (~("two neighbours" "two neighbours"))=>{$weight:0.125} …
 *
 * - A flat union under an intersection loses the scores of some of its children in RediSearch 2.10: a record that
 *   holds several terms comes out with the score of one. So the union only selects, and optional terms score.
 * - Terms that aren't essential still score what the others select: see {@link essentialTerms}.
 * - Words that nearly all records hold are damped: see {@link damping}.
 * - Other spellings select as terms do, and count less than the rarest term does. So do guesses at words that nothing holds.
 */
export function keywordClause(
  query: KeywordQuery,
  essentials: readonly string[],
  statistics: TermFrequencies,
  params: Params,
  guesses: readonly Guess[] = [],
): string {
  const { background } = query;
  const names = new Map(
    [...query.terms, ...query.spellings].map((term, index) => [term, bind(params, `t${index}`, term)]),
  );
  const nameOf = (term: string): string => names.get(term) ?? bind(params, `t${names.size}`, term);
  const phrases = query.phrases.map(phraseClause);
  const guessed = guesses.map(({ term, begins }, index) =>
    guessClause(bind(params, `g${index}`, term), begins),
  );
  const essential = [...essentials.map(nameOf), ...phrases, ...guessed];
  const [only] = essential;
  const select =
    essential.length === 1 ? `${only}` : `((${uncollapsed(essential, essentials, statistics)})=>{$weight:0})`;
  const weightOf = (words: readonly string[]): number =>
    damping(words.map(statistics.term)) * (background.has(words.join(" ")) ? BACKGROUND_WEIGHT : 1);
  const scores = (clause: string): boolean => essential.length > 1 || clause !== only;
  const terms = query.terms
    .filter((term) => scores(nameOf(term)))
    .map((term) => optionalTerm(nameOf(term), weightOf([term])));
  const optionalPhrases = query.phrases
    .filter((phrase) => scores(phraseClause(phrase)))
    .map((phrase) => optionalPhrase(phraseClause(phrase), weightOf(phrase)));
  const pairs = query.pairs.map((pair) =>
    optionalPhrase(`@text:${phraseClause(pair)}`, PAIR_WEIGHT * weightOf(pair)),
  );
  const most = Math.max(0, ...query.terms.map(statistics.term).filter(isHeld).map(indexIdf));
  const spellings = query.spellings
    .filter((spelling) => scores(nameOf(spelling)))
    .map((spelling) => optionalTerm(nameOf(spelling), spellingWeight(statistics.term(spelling), most)));
  const similar = guessed.map((clause) => optional(`(${clause} ${clause})`, SPELLING_WEIGHT / 2));
  return [select, ...terms, ...optionalPhrases, ...pairs, ...spellings, ...similar].join(" ");
}

/** RediSearch expands it to at most 200 words of the index. Looking for similar ones takes 0.5 ms among 200,000. */
const guessClause = (name: string, begins: boolean): string => (begins ? `${name}*` : `%${name}%`);

const isHeld = ({ postings }: TermStatistics): boolean => postings > 0;

/** Keeps a rarer spelling from counting more than the query's own; `most`: 0 if none has that. */
function spellingWeight(spelling: TermStatistics, most: number): number {
  const idf = indexIdf(spelling);
  return SPELLING_WEIGHT * damping([spelling]) * (most === 0 ? 1 : Math.min(1, most / idf));
}

/**
 * RediSearch drops what no record holds from a union, collapses a union of one child, and then ignores its weight: what
 * alone selects would score a second time. Asked for twice, it stays a union.
 */
function uncollapsed(
  clauses: readonly string[],
  essentials: readonly string[],
  statistics: TermFrequencies,
): string {
  const held = essentials.map((term, index) => ({ clause: clauses[index], ...statistics.term(term) }));
  const [only, ...others] = held.filter(isHeld);
  const twice = others.length === 0 && only?.clause !== undefined ? [only.clause] : [];
  return [...clauses, ...twice].join("|");
}

/** Terms that rank what something else selects. */
export function optionalTerms(terms: readonly string[], statistics: TermFrequencies, params: Params): string {
  return terms
    .map((term, index) => optionalTerm(bind(params, `t${index}`, term), damping([statistics.term(term)])))
    .join(" ");
}

/** Facts that hold one of these terms or have one of these predicates, ranked by the terms. */
export function anyOfClause({ terms, predicates }: NamedLinks, params: Params): string {
  const names = terms.map((term, index) => bind(params, `w${index}`, term));
  const facets = predicates.map(predicateFacet);
  const any = [
    ...(names.length === 0 ? [] : [`(@text:(${names.join("|")}))`]),
    tagClause("facets", facets, "predicate", params),
  ];
  return [weightless(any.join("|")), ...names.map((name) => `~@text:(${name})`)].join(" ");
}

/** RediSearch 2.10 ignores the weight of a single term, so that it is asked for twice, at half of it. */
function optionalTerm(name: string, weight: number): string {
  return weight === 1 ? `~${name}` : optional(`(${name} ${name})`, weight / 2);
}

/**
 * RediSearch 2.10 gives the score of an optional phrase also to some records that hold one of its words: where its
 * iterator stopped without a match, the next record counts as one. Intersected with itself, at half of the weight, it
 * scores the same and never does.
 */
function optionalPhrase(clause: string, weight: number): string {
  return optional(`(${clause} ${clause})`, weight / 2);
}

function optional(clause: string, weight: number): string {
  return weight === 1 ? `~${clause}` : `(~${clause})=>{$weight:${weight.toFixed(9)}}`;
}

/** Words of a phrase hold only letters, digits, marks and pictographs: see `analyse`. */
function phraseClause(words: readonly string[]): string {
  return `"${words.join(" ")}"`;
}

/**
 * The terms that select a query's candidates: the rarest, as many as the budget allows, and enough to fill a list of
 * `depth` (MaxScore; Turtle, Flood: Query evaluation, strategies and optimizations, 1995). Otherwise the time of a
 * query would grow with the number of records. Terms without records at the time of the statistics are included: they
 * cost nothing, and a record that was written since may hold them.
 *
 * A scope that lets little through bounds the work by itself: there, all terms select. In a larger one, the counted
 * records may lie outside of it, so a caller that finds fewer than `depth` has to search again with all terms.
 */
export function essentialTerms(
  terms: readonly string[],
  { term: statisticsOf, letThrough }: TermFrequencies & { readonly letThrough: number },
  depth: number,
): readonly string[] {
  if (letThrough <= POSTINGS_BUDGET) return terms;
  const byRarity = terms
    .map((term) => ({ term, postings: statisticsOf(term).postings }))
    .toSorted((one, other) => one.postings - other.postings);
  let spent = 0;
  const chosen: string[] = [];
  for (const { term, postings } of byRarity) {
    if (spent >= depth && spent + postings > POSTINGS_BUDGET) break;
    spent += postings;
    chosen.push(term);
  }
  return chosen;
}

function bind(params: Params, name: string, value: string): string {
  params[name] = value;
  return `$${name}`;
}

/**
 * How a pre-filtered KNN should run. ADHOC_BF computes a distance for each record that the filter lets through (0.7 µs
 * each), BATCHES walks the graph until enough of them are found (0.23 ms × all / let through): they cost the same at n²
 * = 330 N. RediSearch 2.10 by itself takes ADHOC_BF even where the filter lets everything through: 74 ms instead of 1.3
 * ms over 100,000 records.
 */
export function hybridPolicy(letThrough: number, all: number): "ADHOC_BF" | "BATCHES" {
  return letThrough * letThrough > 330 * all ? "BATCHES" : "ADHOC_BF";
}
