import type { z } from "@hono/zod-openapi";
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

export function viewMemory(judged: Judged): MemoryView {
  const { trust, evidence, source_trust: _, fact, ...memory } = judged;
  const { lifetime: __, prolonged_by: ___, ...shown } = memory;
  return {
    ...shown,
    ...(fact === null ? {} : { fact: { ...fact, contradicts: [...fact.contradicts] } }),
    trust: trust.trust,
    derived_from: memory.derived_from.map((each) => ({ namespace: memory.namespace, ...each })),
    feedback: evidence.counts,
    human_confirmed: evidence.human_confirmed,
    // The number only: the readers of a copy may not see who corroborated its origin.
    corroborations: evidence.corroborated_by.length,
    tags: [...memory.tags],
    timestamp: iso(memory.timestamp),
    recorded_at: iso(memory.recorded_at),
    updated_at: iso(memory.updated_at),
    last_seen_at: iso(memory.last_seen_at),
    superseded_at: isoOrNull(memory.superseded_at),
    superseded_by: memory.superseded_by,
    valid_from: isoOrNull(memory.valid_from),
    valid_to: isoOrNull(memory.valid_to),
    expires_at: isoOrNull(memory.expires_at),
    origin: memory.origin === null ? null : viewOrigin(memory.origin),
  };
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
