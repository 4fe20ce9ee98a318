import type { Context as HonoContext } from "hono";
import type { z } from "@hono/zod-openapi";
import type { AppEnv } from "../env.js";
import { iso } from "../openapi/primitives.js";
import type { PiiCounts } from "../../pii/kinds.js";
import type { Judged } from "../../memory/trust/judge.js";
import type { expiryView, memoryDetailView, originView, MemoryView } from "./schemas.js";
import type { Interaction, Origin, Publication } from "../../memory/model/record.js";
import type { TrustParts } from "../../memory/trust/trust.js";
import type { trustPartsView } from "./feedback-schemas.js";
import type { ReadMemory } from "../../memory/browse/read.js";
import type { Expiry } from "../../memory/lifecycle/decay.js";
import type { publicationView } from "./publish-schemas.js";

export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);

/** Field by field: a copy of an object with thirty members and as many others takes five times as long. */
export function viewMemory(memory: Judged): MemoryView {
  const { evidence, fact, origin, namespace } = memory;
  const view = {
    id: memory.id,
    namespace,
    key: memory.key,
    memory_type: memory.memory_type,
    content: memory.content,
    agent_id: memory.agent_id,
    session_id: memory.session_id,
    timestamp: iso(memory.timestamp),
    metadata: memory.metadata,
    tags: [...memory.tags],
    trust_score: memory.trust_score,
    trust: memory.trust.trust,
    derived_from: memory.derived_from.map((each) => ({ namespace, ...each })),
    feedback: evidence.counts,
    human_confirmed: evidence.human_confirmed,
    // The number only: the readers of a copy may not see who corroborated its origin.
    corroborations: evidence.corroborated_by.length,
    quarantined: memory.quarantined,
    importance: memory.importance,
    pinned: memory.pinned,
    source_agent: memory.source_agent,
    version: memory.version,
    recorded_at: iso(memory.recorded_at),
    updated_at: iso(memory.updated_at),
    superseded_at: isoOrNull(memory.superseded_at),
    superseded_by: memory.superseded_by,
    valid_from: isoOrNull(memory.valid_from),
    valid_to: isoOrNull(memory.valid_to),
    seen_count: memory.seen_count,
    last_seen_at: iso(memory.last_seen_at),
    expires_at: isoOrNull(memory.expires_at),
    archived: memory.archived !== null,
    archived_at: isoOrNull(memory.archived?.at ?? null),
    content_complete: memory.archived === null || memory.archived.whole,
    embedding: memory.embedding,
    origin: origin === null ? null : viewOrigin(origin),
  };
  return fact === null ? view : { ...view, fact: { ...fact, contradicts: [...fact.contradicts] } };
}

/** Says of which memories the answer shows something: one that is stored for an Idempotency-Key ends with any of them. */
export function showMemories(c: HonoContext<AppEnv>, memories: readonly Judged[]): void {
  c.set("shownMemories", memories.flatMap(idsShownBy));
}

/** Its own id, and those of the memories whose content its own may repeat. */
function idsShownBy({ id, derived_from, superseded_by, fact, origin }: Judged): readonly string[] {
  return [
    id,
    ...derived_from.map((source) => source.id),
    ...(superseded_by === null ? [] : [superseded_by]),
    ...(fact === null ? [] : fact.contradicts),
    ...(origin === null ? [] : [origin.id]),
  ];
}

/** The answer to a write: `pii`, what it found, where the namespace looks for it. */
export function viewWritten(memory: Judged, pii: PiiCounts | undefined): MemoryView {
  return { ...viewMemory(memory), ...(pii === undefined ? {} : { pii }) };
}

/** An origin without its publishers' keys. */
function viewOrigin(origin: Origin): z.infer<typeof originView> {
  const { publishers: _, ...rest } = origin;
  return {
    ...rest,
    published_at: iso(origin.published_at),
    deleted_at: isoOrNull(origin.deleted_at),
  };
}

export function viewTrust(judged: TrustParts): z.infer<typeof trustPartsView> {
  const { trust: _, ...parts } = judged;
  return parts;
}

/** `explain`: with what its trust is made of. */
export function viewDetail(memory: Judged<ReadMemory>, explain = false): z.infer<typeof memoryDetailView> {
  const { interaction, publications, expiry, uses: _, ...rest } = memory;
  const view = {
    ...viewMemory(rest),
    ...(explain ? { trust_parts: viewTrust(rest.trust) } : {}),
    ...(expiry === undefined ? {} : { expiry: viewExpiry(expiry) }),
    ...(publications.length === 0 ? {} : { publications: publications.map(viewPublication) }),
  };
  return interaction === undefined ? view : { ...view, interaction: viewInteraction(interaction) };
}

function viewExpiry(expiry: Expiry): z.infer<typeof expiryView> {
  return {
    ...expiry,
    last_used_at: isoOrNull(expiry.last_used_at),
    latest: isoOrNull(expiry.latest),
  };
}

function viewPublication(publication: Publication): z.infer<typeof publicationView> {
  const { published_by_key: _, published_at, ...rest } = publication;
  return { ...rest, published_at: iso(published_at) };
}

function viewInteraction({ tool_calls, ...parts }: Interaction) {
  return tool_calls === undefined ? parts : { ...parts, tool_calls: [...tool_calls] };
}
