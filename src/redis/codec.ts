import { facetsOf, sessionFacet } from "../memory/facets.js";
import type { JsonObject } from "../domain/json.js";
import { lengthPrior } from "../memory/length-prior.js";
import type {
  NewMemory,
  PendingEmbedding,
  PendingPublications,
  Preceding,
  Revision,
} from "../memory/ports.js";
import type { Interaction, Memory, MemoryDetail, Origin, Publication } from "../memory/record.js";
import { isTurn } from "../memory/turn.js";
import { indexText } from "../memory/terms.js";
import { vectorBytes } from "./vector.js";

/**
 * How a memory stands in RedisJSON: `memory` is what a reader gets, `index` is what RediSearch sees, `raw` is
 * the interaction as it came.
 *
 * Metadata and the interaction are JSON in a string: RedisJSON 2.8 parses numbers with an error in the last
 * digit (4.235923879920906e-122 comes back as 4.2359238799209057e-122), and a caller gets back what it gave.
 */
interface MemoryDocument {
  readonly memory: StoredMemory;
  readonly raw?: string;
  /** By namespace: to which it is, or is to be, published. */
  readonly published?: Readonly<Record<string, StoredPublication>>;
  readonly index: {
    readonly ns: string;
    readonly facets: readonly string[];
    readonly time: number;
    readonly text: string;
    /** What the predecessor in the session lends: its id, its end as it is embedded, and the terms of that. */
    readonly follows?: string;
    readonly preceding?: string;
    readonly context?: string;
    readonly prior: number;
    /** The vector is the caller's, of the content alone. */
    readonly own_vector?: true;
    /** Facet of the session whose last turn this was when it was written. */
    readonly turn?: string;
    readonly hash: string;
    readonly passages: number;
    /** What it counts for in its namespace's usage: see lua/usage.lua. */
    readonly bytes: number;
    readonly vector_bytes: number;
    readonly embed_at?: number;
  };
}

type StoredPublication = Omit<Publication, "namespace">;

/** What remove.lua leaves of a published memory. */
interface StoredRemains {
  readonly published: Readonly<Record<string, StoredPublication>>;
  readonly deleted_at: number;
}

type StoredMemory = Omit<Memory, "metadata" | "origin"> & {
  readonly metadata: string;
  /** Left out where it is no copy. */
  readonly origin?: Origin | undefined;
};

/** A document cut open where `index.seq` belongs: only the script knows that number. */
export interface EncodedDocument {
  readonly head: string;
  readonly tail: string;
  /** Of the memory itself, for its vectors: joined by commas. */
  readonly facets: string;
  readonly prior: number;
  readonly size: MemorySize;
}

/** In bytes. */
export interface MemorySize {
  /** Of the memory's JSON, its interaction included. */
  readonly json: number;
  /** Undefined: they stay as they are. */
  readonly vectors: number | undefined;
}

export function encodeDocument({ memory, interaction, preceding, ...rest }: NewMemory): EncodedDocument {
  const facets = facetsOf(memory);
  const prior = lengthPrior(memory.content.length);
  const stored = storedMemory(memory);
  const size = { json: jsonBytes(stored, interaction), vectors: vectorBytes(rest.vectors) };
  const document: MemoryDocument = {
    memory: stored,
    ...(interaction === undefined ? {} : { raw: JSON.stringify(interaction) }),
    index: {
      ns: memory.namespace,
      facets,
      time: memory.timestamp,
      text: indexText(memory.content),
      ...(preceding === undefined ? {} : lentBy(preceding)),
      prior,
      ...(rest.ownVector ? { own_vector: true as const } : {}),
      ...(isTurn(memory) ? { turn: sessionFacet(memory.session_id) } : {}),
      hash: rest.contentHash,
      passages: rest.vectors.length,
      bytes: size.json,
      vector_bytes: size.vectors,
      ...(rest.embedAt === undefined ? {} : { embed_at: rest.embedAt }),
    },
  };
  const json = JSON.stringify(document);
  return { head: `${json.slice(0, -2)},"seq":`, tail: "}}", facets: facets.join(","), prior, size };
}

function jsonBytes(stored: StoredMemory, interaction: Interaction | undefined): number {
  const raw = interaction === undefined ? 0 : Buffer.byteLength(JSON.stringify(interaction));
  return Buffer.byteLength(JSON.stringify(stored)) + raw;
}

function storedMemory(memory: Memory): StoredMemory {
  return { ...memory, metadata: JSON.stringify(memory.metadata), origin: memory.origin ?? undefined };
}

function lentBy({ id, text }: Preceding) {
  return { follows: id, preceding: text, context: indexText(text) };
}

/**
 * A JSON merge patch that makes a stored document its next version. What others change without making a version
 * is left out, so that none of it is lost: sightings, the expiry they prolong, and, where the vectors stay, all
 * that the embedding worker sets.
 */
export function encodeRevision(revision: Revision): {
  patch: string;
  facets: string;
  prior: number;
  size: MemorySize;
} {
  const stored = storedMemory(revision.memory);
  const size = {
    json: jsonBytes(stored, revision.interaction),
    vectors: revision.vectors === undefined ? undefined : vectorBytes(revision.vectors),
  };
  const { embedding, expires_at, seen_count: _, last_seen_at: __, ...rest } = stored;
  const memory = revision.newExpiry ? { ...rest, expires_at } : rest;
  const facets = facetsOf(revision.memory);
  const prior = lengthPrior(memory.content.length);
  const index = {
    facets,
    prior,
    time: memory.timestamp,
    bytes: size.json,
    ...(size.vectors === undefined ? {} : { vector_bytes: size.vectors }),
    ...(revision.contentHash === undefined ? {} : { hash: revision.contentHash }),
  };
  const patch =
    revision.vectors === undefined
      ? { memory, index }
      : {
          memory: { ...memory, embedding },
          index: {
            ...index,
            text: indexText(memory.content),
            passages: revision.vectors.length,
            embed_at: revision.embedAt ?? null,
          },
        };
  return { patch: JSON.stringify(patch), facets: facets.join(","), prior, size };
}

/** Reads what `JSON.GET key $.memory` returns: an array of one. */
export function decodeMemory(json: string): Memory {
  const [stored] = parseStored<[StoredMemory]>(json);
  return decodeStored(stored);
}

/** Reads what `JSON.GET key $` returns. */
export function decodePending(json: string): PendingEmbedding {
  const [{ memory, index }] = parseStored<[MemoryDocument]>(json);
  return { ...decodeStored(memory), context: index.preceding ?? "" };
}

/** Reads what `JSON.GET key $.memory $.raw $.published` returns: an array for each path, empty where there is nothing. */
export function decodeDetail(json: string): MemoryDetail {
  const {
    "$.memory": [stored],
    "$.raw": [raw],
    "$.published": [published],
  } = parseStored<{
    "$.memory": [StoredMemory];
    "$.raw": [string?];
    "$.published": [Readonly<Record<string, StoredPublication>>?];
  }>(json);
  return detailOf(stored, raw, published);
}

/** A JSON merge patch that notes a publication, and when a sweep should look for it. */
export function encodePublication({ namespace, ...note }: Publication, carryBy: number): string {
  return JSON.stringify({ published: { [namespace]: note }, index: { publish_at: carryBy } });
}

/** Reads what `JSON.GET key $` returns of a memory, or of what is left of it. */
export function decodePublications(
  ref: { readonly namespace: string; readonly id: string },
  json: string,
): PendingPublications {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  if ("memory" in document) {
    const memory = detailOf(document.memory, document.raw, document.published);
    return { ...ref, memory, deletedAt: null, publications: memory.publications };
  }
  const publications = decodePublished(document.published);
  return { ...ref, memory: undefined, deletedAt: document.deleted_at, publications };
}

function detailOf(
  stored: StoredMemory,
  raw: string | undefined,
  published: Readonly<Record<string, StoredPublication>> | undefined,
): MemoryDetail {
  const memory = { ...decodeStored(stored), publications: decodePublished(published) };
  return raw === undefined ? memory : { ...memory, interaction: parseStored<Interaction>(raw) };
}

function decodePublished(published: Readonly<Record<string, StoredPublication>> = {}): Publication[] {
  return Object.entries(published).map(([namespace, { follow, published_by, published_at, version }]) => ({
    namespace,
    follow,
    published_by,
    published_at,
    version,
  }));
}

function decodeStored(stored: StoredMemory): Memory {
  return {
    ...stored,
    // A merge patch removes what it sets to null.
    agent_id: stored.agent_id ?? null,
    session_id: stored.session_id ?? null,
    expires_at: stored.expires_at ?? null,
    origin:
      stored.origin === undefined ? null : { ...stored.origin, deleted_at: stored.origin.deleted_at ?? null },
    metadata: parseStored<JsonObject>(stored.metadata),
    embedding: { status: stored.embedding.status, model: stored.embedding.model ?? null },
  };
}

/** What we read here was written by {@link encodeDocument} or by a script of ours, so its shape is known. */
function parseStored<Shape>(json: string): Shape {
  return JSON.parse(json) as Shape;
}
