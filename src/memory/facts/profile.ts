import { authorize, authorizedParts } from "../../access/authorize.js";
import { scopeOf } from "../../access/grants.js";
import type { Scope } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { tokenCounter } from "../../domain/tokens.js";
import { matches } from "../conditions/filter.js";
import type { FacetQuery } from "../conditions/filter.js";
import { FACT_FACET, typeFacet } from "../model/facets.js";
import { judgeAll } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import { holds } from "../model/moment.js";
import type { Moment } from "../model/moment.js";
import { nameOf, originalOf } from "../model/original.js";
import type { MemoryRef } from "../model/ref.js";
import { momentOf } from "../ports/moment.js";
import type { Memory, MemoryType } from "../model/record.js";
import type { Using } from "../services.js";
import { parseQuery } from "../text/terms.js";
import { isAlive } from "../lifecycle/ttl.js";
import { aboutAny } from "./about.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Entity } from "../ports/facts.js";
import { profileText } from "./profile-text.js";
import type { RecordStore } from "../ports/records.js";
import type { SearchStore } from "../ports/search.js";

/** Dependencies of a profile. */
export type Profiling = Using<RecordStore & SearchStore, "entities" | "audit" | "accuracies">;

export interface ProfileInput {
  /** Besides the profile's own: namespaces, or patterns of which what the caller may read counts. */
  readonly namespaces?: readonly string[] | undefined;
  readonly valid_at?: number | undefined;
  /** Facts and memories with less trust are dropped. */
  readonly min_trust?: number | undefined;
  readonly token_budget: number;
}

export interface Profile {
  readonly subject: string;
  readonly facts: readonly Judged[];
  readonly preferences: readonly Judged[];
  readonly procedures: readonly Judged[];
  readonly episodes: readonly Judged[];
  /** The part that fits the budget, ready for a prompt. */
  readonly text: string;
  readonly tokens: number;
  /** The text doesn't hold all of it. */
  readonly cut: boolean;
}

/** Memories of each kind; the text shows fewer of them if the budget is small. */
const MOST = { facts: 100, preferences: 25, procedures: 25, episodes: 25 } as const;
const CANDIDATES = 100;

/**
 * A subject's facts and memories in several namespaces: facts that hold one of its names, and memories that mention it:
 * other semantic ones (preferences), procedures, and the latest episodes. Its names are those of the profile's own
 * namespace. An unknown subject has an empty profile.
 */
export async function profile(
  services: Profiling,
  context: Context,
  namespace: string,
  subject: string,
  input: ProfileInput,
): Promise<Profile> {
  const { entities, audit } = services;
  const need = { verb: "read", act: "profile" } as const;
  await authorize(audit, context, namespace, need);
  const names = [...new Set([namespace, ...(input.namespaces ?? [])])];
  const scopes: Scope[] = [];
  for (const name of names) scopes.push(...(await authorizedParts(audit, context, scopeOf(name), need)));

  const moment = momentOf(context, { as_of: undefined, valid_at: input.valid_at });
  const name = normaliseName(subject);
  const { entities: known } = await entities.resolve(namespace, [name]);
  const entity = known[0] ?? { name, written: subject.trim(), names: [{ name, written: subject.trim() }] };
  const about = aboutAny([entity]);
  const [facts, preferences, procedures, episodes] = await Promise.all([
    entities.factRefs({ scopes, filter: about, moment, before: undefined, limit: MOST.facts }),
    mentions(services, scopes, moment, entity, "semantic"),
    mentions(services, scopes, moment, entity, "procedural"),
    lately(services, scopes, moment, entity, context.now()),
  ]);
  const loaded = await load(services, context, named(names), [facts.refs, preferences, procedures, episodes]);
  const now = context.now();
  const [allFacts = [], likes = [], ways = [], events = []] = loaded.map((memories) =>
    originals(memories.filter((memory) => isAlive(memory, now) && holds(memory, moment))),
  );
  const latest = events.toSorted((one, other) => other.timestamp - one.timestamp);
  const { min_trust = 0 } = input;
  const judged = async (memories: readonly Memory[]) =>
    (await judgeAll(services, memories, now)).filter(({ trust }) => trust.trust >= min_trust);
  const parts = {
    facts: outdoneLast(await judged(byRecording(allFacts).filter((memory) => matches(memory, about)))),
    preferences: (await judged(likes.filter(({ fact }) => fact === null))).slice(0, MOST.preferences),
    procedures: (await judged(ways)).slice(0, MOST.procedures),
    episodes: (await judged(latest)).slice(0, MOST.episodes),
  };
  const { count } = await tokenCounter();
  const text = await profileText(entity.written, parts, input.token_budget, count);
  return { subject: entity.written, ...parts, ...text, cut: text.cut || facts.total > MOST.facts };
}

/** The latest first, across namespaces; memories recorded at once keep their order. */
const byRecording = (memories: readonly Memory[]): Memory[] =>
  memories.toSorted((one, other) => other.recorded_at - one.recorded_at);

/** Facts that dispute a more trusted one go last; the others stay in their order. */
function outdoneLast(facts: readonly Judged[]): Judged[] {
  const trusts = new Map(facts.map((each) => [nameOf(each), each.trust.trust]));
  const isOutdone = ({ namespace, fact, trust }: Judged): boolean =>
    (fact?.contradicts ?? []).some((id) => (trusts.get(nameOf({ namespace, id })) ?? 0) > trust.trust);
  return [...facts.filter((each) => !isOutdone(each)), ...facts.filter(isOutdone)];
}

const named = (names: readonly string[]): string[] => names.filter((name) => !scopeOf(name).below);

const DAY_MS = 24 * 3600 * 1000;

/**
 * A search ranks by words, so of a subject that thousands of episodes mention it would find any hundred: only where the
 * last month, or year, has too few are older ones looked for.
 */
async function lately(
  services: Using<SearchStore>,
  scopes: readonly Scope[],
  moment: Moment,
  entity: Entity,
  now: number,
): Promise<readonly MemoryRef[]> {
  let found: readonly MemoryRef[] = [];
  for (const from of [now - 30 * DAY_MS, now - 365 * DAY_MS, undefined]) {
    found = await mentions(services, scopes, moment, entity, "episodic", from);
    if (found.length >= MOST.episodes) break;
  }
  return found;
}

/** Memories that hold one of the names, word by word, the best first. */
async function mentions(
  { store }: Using<SearchStore>,
  scopes: readonly Scope[],
  moment: Moment,
  { names }: Entity,
  type: MemoryType,
  from?: number,
): Promise<readonly MemoryRef[]> {
  const filter: FacetQuery = {
    groups: [[typeFacet(type)]],
    without: [FACT_FACET],
    from,
  };
  const refs = new Map<string, MemoryRef>();
  // One after the other: names are few, and each is a search that a machine feels.
  for (const { name } of names.slice(0, MAX_MENTIONED)) {
    const { terms, phrases } = parseQuery(`"${name.replaceAll('"', " ")}"`);
    if (terms.length === 0) continue;
    // The longest is the whole name; an identifier in it would be one more phrase.
    const [phrase] = phrases.toSorted((one, other) => other.length - one.length);
    const whole = {
      terms: phrase === undefined ? terms : [],
      phrases: phrase === undefined ? [] : [phrase],
      pairs: [],
      spellings: [],
      background: new Set<string>(),
      language: undefined,
    };
    const found = await store.search({
      moment,
      scopes,
      filter,
      keyword: whole,
      vector: undefined,
      depth: CANDIDATES,
    });
    for (const { namespace, id } of found.keyword ?? [])
      refs.set(nameOf({ namespace, id }), { namespace, id });
  }
  return [...refs.values()].slice(0, CANDIDATES);
}

/** Names that are looked for in other memories. */
const MAX_MENTIONED = 8;

async function load(
  { store }: Using<RecordStore>,
  context: Context,
  namespaces: readonly string[],
  lists: readonly (readonly MemoryRef[])[],
): Promise<Memory[][]> {
  const loaded = await store.load(trailOf(context, "profile"), namespaces, lists.flat());
  let next = 0;
  return lists.map(({ length }) =>
    loaded.slice(next, (next += length)).filter((memory) => memory !== undefined),
  );
}

/** A memory and its published copies are one: the origin, where it is among them. */
function originals(memories: readonly Memory[]): Memory[] {
  const origins = new Map(memories.map((memory) => [nameOf(memory), memory.origin]));
  const found = new Map<string, Memory>();
  for (const memory of memories) {
    const original = originalOf(memory, (name) => origins.get(name));
    if (!found.has(original) || memory.origin === null) found.set(original, memory);
  }
  return [...found.values()];
}
