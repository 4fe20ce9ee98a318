import { TooLate } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { aboutAny } from "../facts/about.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { Fact } from "../model/fact.js";
import type { Moment } from "../model/moment.js";
import { possibleRuns } from "../model/names.js";
import type { Run } from "../model/names.js";
import type { MemoryRef } from "../model/ref.js";
import type { Entity, EntityStore, Link, LinkQuery } from "../ports/facts.js";
import type { Candidate } from "../ports/search.js";
import type { Scope } from "../../access/grants.js";
import { analyse } from "../text/terms.js";
import { distanceFrom, predicatesAsked, wordsAsked } from "./relations-asked.js";
import type { AskedWord } from "./relations-asked.js";

/** Entities from which one hop goes on: those that the query's words lead to best. */
const MOST_ENTITIES = 12;
/** Facts that one hop reads: the latest, and if there are more, as many of those that the question names. */
const MOST_FACTS = 200;
/** Facts that the chains lead to: as many as another list holds. */
const MOST_FOUND = 100;
/** Of a score, for each hop. */
const DECAY = 0.8;
/** A fact that holds no word of the query leads on too: a relation may be named otherwise. */
const UNNAMED = 0.25;
/** What a relation counts that the question names in another order, or that leads from its object to its subject. */
const OUT_OF_ORDER = 0.5;
const BACKWARDS = 0.7;

/** The bonus of the best end of a chain: words and vectors of the question fit other facts better than this one. */
export const CHAINS_WEIGHT = 0.6;

export interface Walk {
  /** Names that the query holds, as they are compared. */
  readonly names: readonly string[];
  readonly scopes: readonly Scope[];
  readonly question: string;
  readonly moment: Moment;
  readonly hops: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly deadline: Deadline | undefined;
}

export interface Walked {
  /** The facts on the way, best first. */
  readonly found: readonly Candidate[];
  readonly hops: readonly WalkedHop[];
}

/** What one hop read of the facts about the entities that it began at. */
export interface WalkedHop {
  readonly facts: number;
  readonly read: number;
}

/** The hops of several walks, one per list of namespaces, added up. */
export function hopsOf(walks: readonly Walked[]): readonly WalkedHop[] {
  const most = Math.max(0, ...walks.map(({ hops }) => hops.length));
  const sum = (hop: number, field: keyof WalkedHop): number =>
    walks.reduce((total, { hops }) => total + (hops[hop]?.[field] ?? 0), 0);
  return Array.from({ length: most }, (_, hop) => ({ facts: sum(hop, "facts"), read: sum(hop, "read") }));
}

/** Whether a walk passed over facts, because too many are about the same entities. */
export const passedOver = ({ hops }: Walked): boolean => hops.some(({ facts, read }) => read < facts);

/**
 * Facts that chains lead to from the entities that a query names, best first: "Where does the sister of Anna's manager
 * live?" begins at Anna, goes on to her manager by the one fact, to the sister by another, and ends at where she lives.
 *
 * A chain's score is the number of its relations that hold a word of the question, each word once; those count most that
 * lie farther from the name than the one before. Each hop takes some of it (`DECAY`). Breadth first: one search a hop, of
 * a bounded number of facts about a bounded number of entities, and a second one if there are more facts. Each fact counts by the best chain to it, and an entity is
 * visited again only by a better one. No hop begins after the deadline: it rejects with {@link TooLate}.
 */
export async function walkLinks(
  entities: EntityStore,
  { names, scopes, question, moment, hops, now, deadline }: Walk,
): Promise<Walked> {
  const walked: WalkedHop[] = [];
  const asked = wordsAsked(question);
  const found = new Map<string, Candidate>();
  /** The score of the best chain to each entity. */
  const reached = new Map<string, number>();
  let frontier = new Map(beginnings(question, names));
  for (let hop = 1; hop <= hops && frontier.size > 0; hop++) {
    if (deadline?.passed === true) throw new TooLate();
    const about = await withAliases(entities, scopes, frontier);
    for (const [name, { score }] of frontier) reached.set(name, hop === 1 ? Infinity : score);
    const filter = aboutAny(about);
    const query = { scopes, filter, moment, limit: MOST_FACTS, deadline };
    const { links, facts } = await linksOf(entities, query, { question, asked, names: [...frontier.keys()] });
    walked.push({ facts, read: links.length });
    const next = new Map<string, Chain>();
    for (const link of links) {
      const { fact } = link;
      if (link.quarantined || !isAlive(link, now)) continue;
      const ends = [fact.subject, fact.object].map(normaliseName);
      for (const [place, end] of ends.entries()) {
        const chain = frontier.get(end);
        if (chain === undefined) continue;
        const longer = extended(chain, wordsOf(fact), asked, place === 1);
        note(found, link, longer.score * DECAY ** (hop - 1));
        const other = ends[1 - place] ?? "";
        const known = next.get(other)?.score ?? reached.get(other) ?? 0;
        if (known >= longer.score) continue;
        next.set(other, longer);
      }
    }
    frontier = new Map(best(next));
  }
  const bestFirst = [...found.values()].toSorted((one, other) => other.score - one.score);
  return { found: bestFirst.slice(0, MOST_FOUND), hops: walked };
}

interface Asking {
  readonly question: string;
  readonly asked: readonly AskedWord[];
  /** The names that a hop begins at. */
  readonly names: readonly string[];
}

/**
 * The latest facts. If there are more, first come those that the question names, whenever they were recorded: what it asks
 * for mustn't be lost among what else is known of an entity.
 */
async function linksOf(
  entities: EntityStore,
  query: LinkQuery,
  { question, asked, names }: Asking,
): Promise<{ readonly links: readonly Link[]; readonly facts: number }> {
  const latest = await entities.links(query);
  if (latest.total <= query.limit) return { links: latest.links, facts: latest.links.length };
  const predicates = predicatesAsked(question);
  const named = await entities.links({ ...query, named: { terms: relationTerms(asked, names), predicates } });
  const links = new Map(
    [...named.links, ...latest.links].map((link) => [`${link.namespace} ${link.id}`, link]),
  );
  return { links: [...links.values()], facts: latest.total };
}

/** Nearly all facts about an entity hold its name, so the name's own words find nothing, unless there are no others. */
function relationTerms(asked: readonly AskedWord[], names: readonly string[]): readonly string[] {
  const terms = [...new Set(asked.map(({ stem }) => stem))];
  const ofNames = new Set(names.flatMap((name) => analyse(name).terms));
  const others = terms.filter((term) => !ofNames.has(term));
  return others.length > 0 ? others : terms;
}

/** A chain begins at each name that the question holds; a name's aliases join it. */
function beginnings(question: string, names: readonly string[]): (readonly [string, Chain])[] {
  const runs = possibleRuns(question);
  return names.flatMap((name) => {
    const from = runs.get(name);
    return from === undefined ? [] : [[name, { from, used: [], score: 1 }] as const];
  });
}

interface Chain {
  /** The words of the question that name where it begins. */
  readonly from: Run;
  /** Words of the question that the relations so far hold; the last one is the latest. */
  readonly used: readonly AskedWord[];
  readonly score: number;
}

function extended(
  { from, used, score }: Chain,
  relation: readonly string[],
  asked: readonly AskedWord[],
  backwards: boolean,
): Chain {
  const free = asked.filter((word) => relation.includes(word.stem) && !used.includes(word));
  const distance = (word: AskedWord): number => distanceFrom(from, word);
  const [word] = free.toSorted((one, other) => distance(one) - distance(other));
  if (word === undefined) return { from, used, score: score * UNNAMED };
  const before = used.at(-1);
  const inOrder = before === undefined || distance(word) >= distance(before);
  const counts = (inOrder ? 1 : OUT_OF_ORDER) * (backwards ? BACKWARDS : 1);
  return { from, used: [...used, word], score: score + counts };
}

const wordsOf = ({ predicate }: Pick<Fact, "predicate">): readonly string[] =>
  analyse(predicate.replaceAll(/[_-]+/g, " ")).terms;

function note(found: Map<string, Candidate>, { namespace, id }: MemoryRef, score: number): void {
  const key = `${namespace} ${id}`;
  if ((found.get(key)?.score ?? -Infinity) < score) found.set(key, { namespace, id, score, prior: 1 });
}

const best = (chains: ReadonlyMap<string, Chain>): (readonly [string, Chain])[] =>
  [...chains].toSorted(([, one], [, other]) => other.score - one.score).slice(0, MOST_ENTITIES);

/** The entities of these names, with their other names in the namespaces themselves; those join the frontier. */
async function withAliases(
  entities: EntityStore,
  scopes: readonly Scope[],
  frontier: Map<string, Chain>,
): Promise<readonly Pick<Entity, "names">[]> {
  const names = [...frontier.keys()];
  const roots = scopes.map(({ root }) => root).filter((root) => root !== "");
  const resolved = await Promise.all(roots.map((root) => entities.resolve(root, names)));
  for (const [index, name] of names.entries()) {
    const chain = frontier.get(name);
    if (chain === undefined) continue;
    for (const { entities: known } of resolved)
      for (const other of known[index]?.names ?? [])
        if (!frontier.has(other.name)) frontier.set(other.name, chain);
  }
  return [...frontier.keys()].map((name) => ({ names: [{ name, written: name }] }));
}
