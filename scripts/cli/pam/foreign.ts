import { createHash } from "node:crypto";
import type { MemoryLine } from "../../../src/backup/lines.js";
import type { JsonObject } from "../../../src/domain/json.js";
import { LIMITS } from "../../../src/domain/limits.js";
import { identityHash, tellingOf } from "../../../src/memory/model/identity.js";
import { firstVersion } from "../../../src/memory/model/record.js";
import type { MemoryType } from "../../../src/memory/model/record.js";
import type { PamMemory } from "./document.js";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A ULID that is always the same for a PAM memory, so that importing it again changes nothing. */
export function ulidFrom(
  memory: Pick<PamMemory, "id" | "temporal" | "provenance"> | { id: string; created: number },
): string {
  const created = "created" in memory ? memory.created : Math.max(0, timeOf(memory.temporal.created_at));
  const name = "provenance" in memory ? `${memory.provenance.platform}\n${memory.id}` : memory.id;
  const digest = createHash("sha256").update(name).digest();
  let time = "";
  for (let rest = created, at = 0; at < 10; at++, rest = Math.floor(rest / 32))
    time = DIGITS.charAt(rest % 32) + time;
  const random = Array.from({ length: 16 }, (_, at) => DIGITS.charAt((digest[at] ?? 0) % 32)).join("");
  return time + random;
}

/** Without an offset, a time is UTC. */
const timeOf = (text: string): number => Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);

const timeOrNull = (text: string | null | undefined): number | null => (text == null ? null : timeOf(text));

const TYPES: Readonly<Record<string, MemoryType>> = { skill: "procedural", instruction: "procedural" };

/** What another system says of a memory. What mneme has no field for is in `metadata.pam`. */
export function foreignLine(
  memory: PamMemory,
  ids: ReadonlyMap<string, string>,
  namespace: string,
): MemoryLine {
  const { content, temporal, tags, confidence } = memory;
  const recorded_at = Math.max(0, timeOf(temporal.created_at));
  const updated_at = Math.max(recorded_at, timeOrNull(temporal.updated_at) ?? 0);
  const ended = memory.status === "superseded";
  // A file has memories whole: whether they are archived is up to each store.
  const { archived, ...first } = firstVersion(recorded_at);
  const draft = {
    ...first,
    id: ids.get(memory.id) ?? ulidFrom(memory),
    memory_type: typeOf(memory),
    content,
    agent_id: null,
    session_id: null,
    timestamp: recorded_at,
    metadata: metadataOf(memory),
    tags: tags.slice(0, LIMITS.tags),
    trust_score: confidence?.current ?? confidence?.initial ?? 1,
    importance: 0.5,
    pinned: false,
    lifetime: { seconds: null, by: "ttl" },
    source_agent: `pam/${memory.provenance.platform}`,
    updated_at,
    last_seen_at: updated_at,
    superseded_at: ended ? updated_at : null,
    superseded_by: ended ? (ids.get(temporal.superseded_by ?? "") ?? null) : null,
    valid_from: timeOrNull(temporal.valid_from),
    valid_to: timeOrNull(temporal.valid_until) ?? (memory.status === "deprecated" ? updated_at : null),
    expires_at: null,
    embedding: { status: "pending", model: null },
  } as const;
  const hash = identityHash(tellingOf({ ...draft, archived, namespace }, undefined));
  return { kind: "memory", namespace, memory: draft, stored: { hash, ...(ended ? { hidden: true } : {}) } };
}

function typeOf({ type, custom_type }: PamMemory): MemoryType {
  return custom_type === "episodic" ? "episodic" : (TYPES[type] ?? "semantic");
}

/** All of it where that fits, else where it comes from. */
function metadataOf({ id, type, custom_type, status, summary, provenance, metadata }: PamMemory): JsonObject {
  const origin = {
    id,
    type,
    ...(custom_type == null ? {} : { custom_type }),
    status,
    platform: provenance.platform,
  };
  const whole = {
    pam: { ...origin, ...(summary == null ? {} : { summary }), ...clean({ provenance, metadata }) },
  };
  return Buffer.byteLength(JSON.stringify(whole)) <= LIMITS.metadataBytes / 2 ? whole : { pam: origin };
}

/** JSON comes from a JSON document. */
const clean = (value: unknown): JsonObject =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => each ?? undefined)) as JsonObject;
