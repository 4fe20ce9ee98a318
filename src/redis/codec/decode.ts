import { parseStored } from "./document.js";
import type {
  MemoryDocument,
  StoredEvidence,
  StoredMemory,
  StoredPublication,
  StoredRemains,
} from "./document.js";
import { NO_EVIDENCE } from "../../memory/model/record.js";
import type {
  Evidence,
  Interaction,
  Lifetime,
  Memory,
  MemoryDetail,
  MemoryType,
  Publication,
  Uses,
} from "../../memory/model/record.js";
import type { PendingEmbedding } from "../../memory/ports/embedding.js";
import { DEFAULT_IMPORTANCE } from "../../memory/lifecycle/decay.js";
import type { JsonObject } from "../../domain/json.js";
import type { Vitals } from "../../memory/ports/lifecycle.js";

function decodeEvidence(stored: StoredEvidence | undefined): Evidence {
  if (stored === undefined) return NO_EVIDENCE;
  const { confirmed = 0, contradicted = 0, used = 0, useless = 0 } = stored;
  return {
    counts: { confirmed, contradicted, used, useless },
    human_confirmed: stored.human ?? false,
    last_outcome: stored.last ?? null,
    last_feedback_at: stored.last_at ?? null,
    corroborated_by: stored.agents ?? [],
    since: stored.since ?? null,
  };
}

/** Reads what `JSON.GET key $.memory` returns: an array of one. */
export function decodeMemory(json: string): Memory {
  const [stored] = parseStored<[StoredMemory]>(json);
  return decodeStored(stored);
}

/** Reads what `JSON.GET key $` returns. */
export function decodePending(json: string): PendingEmbedding {
  const [{ memory, index }] = parseStored<[MemoryDocument]>(json);
  const ownVector = index.own_vector === true;
  return { ...decodeStored(memory), context: index.preceding ?? "", ownVector };
}

/**
 * Reads what `JSON.GET key $.memory $.raw $.published` returns: an array for each path, empty where there is nothing.
 * `record` is what `JSON.GET key $.raw` returns of the record, where the other is an old version without it.
 */
export function decodeDetail(json: string, record?: string): MemoryDetail {
  const {
    "$.memory": [stored],
    "$.raw": [raw],
    "$.published": [published],
  } = parseStored<{
    "$.memory": [StoredMemory];
    "$.raw": [string?];
    "$.published": [Readonly<Record<string, StoredPublication>>?];
  }>(json);
  const [whole] = record === undefined ? [raw] : parseStored<[string?]>(record);
  return detailOf(stored, whole, published);
}

export function detailOf(
  stored: StoredMemory,
  raw: string | undefined,
  published: Readonly<Record<string, StoredPublication>> | undefined,
): MemoryDetail {
  const memory = { ...decodeStored(stored), publications: decodePublished(published) };
  return raw === undefined ? memory : { ...memory, interaction: parseStored<Interaction>(raw) };
}

export function decodePublished(published: Readonly<Record<string, StoredPublication>> = {}): Publication[] {
  return Object.entries(published).map(
    ([namespace, { follow, published_by, published_by_key, published_at, version }]) => ({
      namespace,
      follow,
      published_by,
      published_by_key,
      published_at,
      version,
    }),
  );
}

/** Field by field: a copy of an object with thirty members and as many others takes five times as long. */
function decodeStored(stored: StoredMemory): Memory {
  const { origin, embedding } = stored;
  return {
    id: stored.id,
    namespace: stored.namespace,
    key: stored.key ?? null,
    memory_type: stored.memory_type,
    content: stored.content,
    // A merge patch removes what it sets to null.
    agent_id: stored.agent_id ?? null,
    session_id: stored.session_id ?? null,
    timestamp: stored.timestamp,
    metadata: parseStored<JsonObject>(stored.metadata),
    tags: stored.tags,
    trust_score: stored.trust_score,
    derived_from: stored.derived_from ?? [],
    source_trust: stored.source_trust ?? null,
    evidence: decodeEvidence(stored.evidence),
    quarantined: stored.quarantined ?? false,
    // Missing in records of earlier releases.
    importance: stored.importance ?? DEFAULT_IMPORTANCE,
    pinned: stored.pinned ?? false,
    lifetime: decodeLifetime(stored),
    prolonged_by: stored.prolonged_by ?? null,
    source_agent: stored.source_agent,
    version: stored.version,
    recorded_at: stored.recorded_at,
    updated_at: stored.updated_at,
    superseded_at: stored.superseded_at ?? null,
    superseded_by: stored.superseded_by ?? null,
    valid_from: stored.valid_from ?? null,
    valid_to: stored.valid_to ?? null,
    seen_count: stored.seen_count,
    last_seen_at: stored.last_seen_at,
    expires_at: stored.expires_at ?? null,
    embedding: { status: embedding.status, model: embedding.model ?? null },
    origin: origin === undefined ? null : { ...origin, deleted_at: origin.deleted_at ?? null },
    fact: stored.fact ?? null,
    archived: stored.archived === undefined ? null : { ...stored.archived, whole: false },
  };
}

function decodeLifetime({ lifetime, expires_at, recorded_at }: StoredMemory): Lifetime {
  if (lifetime !== undefined) return { seconds: lifetime.seconds ?? null, by: lifetime.by };
  const seconds = (expires_at ?? null) === null ? null : Math.ceil(((expires_at ?? 0) - recorded_at) / 1000);
  return { seconds, by: "ttl" };
}

/** Reads what lifecycle/lua/vitals.lua returns of a memory: an array for each path, empty where there is nothing. */
export function decodeVitals(json: string): Omit<Vitals, "id" | "uses"> {
  const found = parseStored<{
    "$.memory.version": [number];
    "$.memory.memory_type": [MemoryType];
    "$.memory.importance": [number?];
    "$.memory.pinned": [boolean?];
    "$.memory.recorded_at": [number];
    "$.memory.expires_at": [(number | null)?];
  }>(json);
  return {
    version: found["$.memory.version"][0],
    memoryType: found["$.memory.memory_type"][0],
    importance: found["$.memory.importance"][0] ?? DEFAULT_IMPORTANCE,
    pinned: found["$.memory.pinned"][0] ?? false,
    recordedAt: found["$.memory.recorded_at"][0],
    expiresAt: found["$.memory.expires_at"][0] ?? null,
  };
}

/** Reads what a namespace's uses hold of a memory: `<count> <milliseconds>`. */
export function decodeUses(text: string | undefined): Uses {
  const [count, at] = text?.split(" ") ?? [];
  return count === undefined || at === undefined
    ? { count: 0, lastAt: null }
    : { count: Number(count), lastAt: Number(at) };
}

/** Reads what `JSON.GET key $` returns; undefined: what is left of a published memory. */
export function readDocument(json: string): MemoryDocument | undefined {
  const [document] = parseStored<[MemoryDocument | StoredRemains]>(json);
  return "memory" in document ? document : undefined;
}

/** The memory that a document holds. */
export function memoryOf({ memory, raw, published }: MemoryDocument): MemoryDetail {
  return detailOf(memory, raw, published);
}

/** Reads the result of `JSON.GET key $.memory.metadata`; undefined: there is none. */
export function decodeMetadata(json: string): JsonObject | undefined {
  const [text] = parseStored<[string?]>(json);
  return text === undefined ? undefined : parseStored<JsonObject>(text);
}
