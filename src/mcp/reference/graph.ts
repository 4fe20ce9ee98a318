import { z } from "zod";
import { normaliseName } from "../../domain/normalise-name.js";
import { keptRelation, OBSERVATION, observationIn, relationKey, shortName, TYPE } from "./statements.js";
import type { Relation, Statement } from "./statements.js";

/** A memory of the API, as far as the graph is made of it. */
export const storedMemory = z.object({
  id: z.string(),
  content: z.string(),
  recorded_at: z.string(),
  valid_from: z.string().nullable(),
  valid_to: z.string().nullable(),
  fact: z.object({ subject: z.string(), predicate: z.string(), object: z.string() }).optional(),
  metadata: z.record(z.string(), z.unknown()),
});

export type StoredMemory = z.output<typeof storedMemory>;

export interface Entity {
  readonly name: string;
  readonly entityType: string;
  readonly observations: string[];
}

export interface Graph {
  readonly entities: readonly Entity[];
  readonly relations: readonly Relation[];
}

interface OpenEntity {
  readonly name: string;
  type: string | undefined;
  readonly observations: Set<string>;
}

/**
 * The graph that these memories say, in the order of recording. An entity is a name with a type or an observation; every
 * other fact is a relation. Memories that say neither are skipped.
 */
export function graphOf(memories: readonly StoredMemory[]): Graph {
  const entities = new Map<string, OpenEntity>();
  const relations = new Map<string, Relation>();
  const long: StoredMemory[] = [];
  const entity = (name: string): OpenEntity => {
    const key = normaliseName(name);
    const known = entities.get(key) ?? { name, type: undefined, observations: new Set<string>() };
    entities.set(key, known);
    return known;
  };
  for (const memory of memories.toSorted(byRecording)) {
    const { fact } = memory;
    if (fact === undefined) long.push(memory);
    else if (isObservation(memory, fact)) entity(fact.subject).observations.add(fact.object);
    else if (isType(memory, fact) && entities.get(normaliseName(fact.subject))?.type === undefined) {
      entity(fact.subject).type = fact.object;
    } else {
      const relation = relationOf(fact);
      const key = relationKey(relation);
      if (!relations.has(key)) relations.set(key, relation);
    }
  }
  // A long observation names its entity in at most 200 bytes, so the facts say first how the entity is called.
  const byShortName = new Map([...entities.values()].map((each) => [shortName(each.name), each.name]));
  for (const { content, metadata } of long) {
    const named = metadata["entity"];
    if (typeof named !== "string" || named === "") continue;
    const name = byShortName.get(named) ?? named;
    entity(name).observations.add(observationIn(name, content));
  }
  return {
    entities: [...entities.values()].map(({ name, type, observations }) => ({
      name,
      entityType: type ?? "",
      observations: [...observations],
    })),
    relations: [...relations.values()],
  };
}

/** The part of a graph that has these names: their entities, and the relations from or to them. */
export function partOf({ entities, relations }: Graph, names: readonly string[]): Graph {
  const wanted = new Set(names.map(normaliseName));
  const has = (name: string): boolean => wanted.has(normaliseName(name));
  return {
    entities: entities.filter(({ name }) => has(name)),
    relations: relations.filter(({ from, to }) => has(from) || has(to)),
  };
}

export function isType(memory: StoredMemory, fact: Statement): boolean {
  return normaliseName(fact.predicate) === TYPE && !isRelation(memory, fact);
}

export function isObservation(memory: StoredMemory, fact: Statement): boolean {
  return normaliseName(fact.predicate) === OBSERVATION && !isRelation(memory, fact);
}

/** Whether it was stored as a relation, whatever its predicate is called. */
function isRelation({ metadata }: StoredMemory, fact: Statement): boolean {
  return metadata["source_ref"] === keptRelation(relationOf(fact)).ref;
}

export function relationOf({ subject, predicate, object }: Statement): Relation {
  return { from: subject, to: object, relationType: predicate };
}

/** Ids are ULIDs, so they decide between memories of one millisecond. */
function byRecording(one: StoredMemory, other: StoredMemory): number {
  const [a, b] = [one.recorded_at + one.id, other.recorded_at + other.id];
  return a < b ? -1 : Number(a > b);
}
