import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { apiPath, bodyOf } from "../api.js";
import type { ToolContext } from "../tool.js";
import { storedMemory } from "./graph.js";
import type { StoredMemory } from "./graph.js";
import { shortName, statementKey } from "./statements.js";
import type { Statement } from "./statements.js";

/** What one call may read, in all its questions, so that neither its answer nor its time grows with the namespace. */
export interface Room {
  memories: number;
  /** Bytes of contents. */
  bytes: number;
  /** Memories that may be examined, those included that aren't wanted. */
  looks: number;
  /** Whether something was left unread. */
  full: boolean;
}

const MEMORIES = 2000;
const LOOKS = 50_000;

export const newRoom = (): Room => ({ memories: MEMORIES, bytes: 256 * 1024, looks: MEMORIES, full: false });

/**
 * For few wanted memories among many that a query finds: only the wanted ones take its room. Their contents aren't for the
 * client, so more of them fit.
 */
export const searchingRoom = (): Room => ({ ...newRoom(), bytes: 16 * 1024 * 1024, looks: LOOKS });

type Wanted = (memory: StoredMemory) => boolean;

interface Search {
  /** Default: all. */
  readonly wanted?: Wanted | undefined;
  /** Whether enough was found. */
  readonly enough?: () => boolean;
}

/** Of a query in a URL: Node refuses headers of more than 16 KiB, and others refuse less. */
const QUERY_BYTES = 6 * 1024;

const page = z.object({ memories: z.array(storedMemory), cursor: z.string().nullable() });

type Parameters = readonly (readonly [string, string])[];

/** The semantic memories that are wanted, newest first, and valid now: as many as the room has. */
export async function listed(
  { call, namespace }: ToolContext,
  parameters: Parameters,
  room: Room,
  { wanted = () => true, enough = () => false }: Search = {},
): Promise<StoredMemory[]> {
  const now = new Date().toISOString();
  const found: StoredMemory[] = [];
  let cursor: string | null = null;
  do {
    if (room.memories <= 0 || room.bytes <= 0 || room.looks <= 0) {
      room.full = true;
      break;
    }
    const query = new URLSearchParams({ memory_type: "semantic" });
    for (const [name, value] of parameters) query.append(name, value);
    query.set("limit", String(Math.min(room.looks, LIMITS.listLimit)));
    if (cursor !== null) query.set("cursor", cursor);
    const path = `${apiPath`/v1/namespaces/${namespace}/memories`}?${query.toString()}`;
    const answer: z.output<typeof page> = page.parse(await bodyOf(call, { method: "GET", path }));
    for (const memory of answer.memories) {
      room.looks--;
      if (!isValid(memory, now) || !wanted(memory)) continue;
      if (room.memories <= 0 || room.bytes <= 0) {
        room.full = true;
        break;
      }
      room.memories--;
      room.bytes -= Buffer.byteLength(memory.content);
      found.push(memory);
    }
    cursor = answer.cursor;
  } while (cursor !== null && !enough());
  return found;
}

/** Facts with one of these names in the given place, and of these predicates, if any are given. */
export async function factsNamed(
  context: ToolContext,
  place: "fact_subject" | "fact_object",
  names: readonly string[],
  room: Room,
  more: Parameters = [],
  search?: Search,
): Promise<StoredMemory[]> {
  const found: StoredMemory[] = [];
  for (const some of chunksOf(names)) {
    if (search?.enough?.() === true) break;
    const parameters = some.map((name) => [place, name] as const);
    found.push(...(await listed(context, [...parameters, ...more], room, search)));
  }
  return found;
}

/** The memories that say one of these statements; of many, one request asks for a part. */
export async function factsSaying(
  context: ToolContext,
  statements: readonly Statement[],
  room: Room,
): Promise<StoredMemory[]> {
  const asked = new Set(statements.map(statementKey));
  const found: StoredMemory[] = [];
  for (const parameters of questionsOf(statements)) {
    // A question also finds what says its names in other combinations, such as one that another question asks for.
    const wanted = ({ fact }: StoredMemory): boolean => fact !== undefined && asked.has(statementKey(fact));
    found.push(...(await listed(context, parameters, room, { wanted })));
  }
  return [...new Map(found.map((memory) => [memory.id, memory])).values()];
}

const PLACES = ["subject", "predicate", "object"] as const;

/** Parameters of lists that find all of these statements: each fits into a query of a URL, and into a filter. */
function questionsOf(statements: readonly Statement[]): Parameters[] {
  const questions: Parameters[] = [];
  let values = newValues();
  let bytes = 0;
  const end = (): void => {
    const parameters = PLACES.flatMap((place) =>
      [...values[place]].map((name) => [`fact_${place}`, name] as const),
    );
    if (parameters.length > 0) questions.push(parameters);
    values = newValues();
    bytes = 0;
  };
  // Those of one subject together, so that a question names few others.
  for (const statement of statements.toSorted(bySubject)) {
    const isNew = PLACES.filter((place) => !values[place].has(statement[place]));
    const size = isNew.reduce((sum, place) => sum + queryBytes(statement[place]), 0);
    if (bytes + size > QUERY_BYTES || isNew.some((place) => values[place].size === LIMITS.filterValues))
      end();
    for (const place of PLACES) {
      if (!values[place].has(statement[place])) bytes += queryBytes(statement[place]);
      values[place].add(statement[place]);
    }
  }
  end();
  return questions;
}

const newValues = () => ({
  subject: new Set<string>(),
  predicate: new Set<string>(),
  object: new Set<string>(),
});

const bySubject = ({ subject: one }: Statement, { subject: other }: Statement): number =>
  one < other ? -1 : Number(one > other);

/** Memories in words that are observations of these entities. */
export async function longObservations(
  context: ToolContext,
  names: readonly string[],
  room: Room,
): Promise<StoredMemory[]> {
  return withMetadata(context, "entity", names.map(shortName), room, ({ fact }) => fact === undefined);
}

/** Memories whose metadata has one of these values under a name. */
export async function withMetadata(
  context: ToolContext,
  name: "entity" | "source_ref",
  values: readonly string[],
  room: Room,
  wanted?: Wanted,
): Promise<StoredMemory[]> {
  const found: StoredMemory[] = [];
  for (const some of chunksOf([...new Set(values)])) {
    const parameters = [["metadata", JSON.stringify({ [name]: some })]] as const;
    found.push(...(await listed(context, parameters, room, { wanted })));
  }
  return found;
}

/** All that is known of these names: their types, observations and relations, each once. */
export async function aboutNames(
  context: ToolContext,
  names: readonly string[],
  room: Room,
): Promise<StoredMemory[]> {
  return about(context, names, room);
}

/** As {@link aboutNames}, without what isn't wanted; `full`: not all was examined, or had room. */
export async function wantedAbout(
  context: ToolContext,
  names: readonly string[],
  wanted: Wanted,
): Promise<{ readonly memories: readonly StoredMemory[]; readonly full: boolean }> {
  const room = searchingRoom();
  const memories = await about(context, names, room, wanted);
  return { memories, full: room.full };
}

async function about(
  context: ToolContext,
  names: readonly string[],
  room: Room,
  wanted?: Wanted,
): Promise<StoredMemory[]> {
  const from = await factsNamed(context, "fact_subject", names, room, [], { wanted });
  const written = from.flatMap(({ fact }) => (fact === undefined ? [] : [fact.subject]));
  const long = await longObservations(context, [...new Set([...names, ...written])], room);
  // Last, because it may find much that isn't wanted, such as all entities of a type.
  const to = await factsNamed(context, "fact_object", names, room, [], { wanted });
  return [...new Map([...from, ...to, ...long].map((memory) => [memory.id, memory])).values()];
}

function isValid({ valid_from: from, valid_to: to }: StoredMemory, now: string): boolean {
  return (from === null || from <= now) && (to === null || to > now);
}

/** Parts of a list that fit into a query of a URL, and into a filter. */
export function chunksOf(names: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let bytes = QUERY_BYTES;
  for (const name of names) {
    const size = queryBytes(name);
    const last = chunks.at(-1);
    if (last === undefined || last.length === LIMITS.filterValues || bytes + size > QUERY_BYTES) {
      chunks.push([name]);
      bytes = size;
    } else {
      last.push(name);
      bytes += size;
    }
  }
  return chunks;
}

/** What a name takes in a query, or in JSON in a query, where a quote takes six characters. */
const queryBytes = (name: string): number =>
  encodeURIComponent(JSON.stringify(name)).length + "&fact_predicate=".length;
