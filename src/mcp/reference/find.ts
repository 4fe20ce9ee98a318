import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { apiPath, bodyOf } from "../api.js";
import type { ToolContext } from "../tool.js";
import { storedMemory } from "./graph.js";
import type { StoredMemory } from "./graph.js";
import { shortName } from "./statements.js";

/** What one call may read, so that neither its answer nor its time grows with the namespace. */
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

/** For few wanted memories among many that a query finds: only the wanted ones take its room. */
const searchingRoom = (): Room => ({ ...newRoom(), looks: LOOKS });

type Wanted = (memory: StoredMemory) => boolean;

/** Of a query in a URL: Node refuses headers of more than 16 KiB, and others refuse less. */
const QUERY_BYTES = 6 * 1024;

const page = z.object({ memories: z.array(storedMemory), cursor: z.string().nullable() });

type Parameters = readonly (readonly [string, string])[];

/** The semantic memories that are wanted, newest first, and valid now: as many as the room has. */
export async function listed(
  { call, namespace }: ToolContext,
  parameters: Parameters,
  room: Room,
  wanted: Wanted = () => true,
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
  } while (cursor !== null);
  return found;
}

/** Facts with one of these names in the given place, and of these predicates, if any are given. */
export async function factsNamed(
  context: ToolContext,
  place: "fact_subject" | "fact_object",
  names: readonly string[],
  room: Room,
  more: Parameters = [],
  wanted?: Wanted,
): Promise<StoredMemory[]> {
  const found: StoredMemory[] = [];
  for (const some of chunksOf(names)) {
    const parameters = some.map((name) => [place, name] as const);
    found.push(...(await listed(context, [...parameters, ...more], room, wanted)));
  }
  return found;
}

/** Memories in words that are observations of these entities. */
export async function longObservations(
  context: ToolContext,
  names: readonly string[],
  room: Room,
): Promise<StoredMemory[]> {
  const found = await withMetadata(context, "entity", names.map(shortName), room);
  return found.filter(({ fact }) => fact === undefined);
}

/** Memories whose metadata has one of these values under a name. */
export async function withMetadata(
  context: ToolContext,
  name: "entity" | "source_ref",
  values: readonly string[],
  room: Room,
): Promise<StoredMemory[]> {
  const found: StoredMemory[] = [];
  for (const some of chunksOf([...new Set(values)])) {
    found.push(...(await listed(context, [["metadata", JSON.stringify({ [name]: some })]], room)));
  }
  return found;
}

/** All that is known of these names: their types, observations and relations, each once. */
export async function aboutNames(
  context: ToolContext,
  names: readonly string[],
  room: Room,
): Promise<StoredMemory[]> {
  return about(context, names, () => room);
}

/** As {@link aboutNames}, without what isn't wanted; `full`: not all was examined, or had room. */
export async function wantedAbout(
  context: ToolContext,
  names: readonly string[],
  wanted: Wanted,
): Promise<{ readonly memories: readonly StoredMemory[]; readonly full: boolean }> {
  const rooms: Room[] = [];
  // Each question has a room of its own: one that finds much doesn't keep the next from being asked.
  const next = (): Room => {
    const room = searchingRoom();
    rooms.push(room);
    return room;
  };
  const memories = await about(context, names, next, wanted);
  return { memories, full: rooms.some(({ full }) => full) };
}

async function about(
  context: ToolContext,
  names: readonly string[],
  room: () => Room,
  wanted?: Wanted,
): Promise<StoredMemory[]> {
  const from = await factsNamed(context, "fact_subject", names, room(), [], wanted);
  const to = await factsNamed(context, "fact_object", names, room(), [], wanted);
  const written = from.flatMap(({ fact }) => (fact === undefined ? [] : [fact.subject]));
  const long = await longObservations(context, [...new Set([...names, ...written])], room());
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
    // In a query, and in JSON in a query, where a quote takes six characters.
    const size = encodeURIComponent(JSON.stringify(name)).length + "&fact_predicate=".length;
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
