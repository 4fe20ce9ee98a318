import type { RememberInput } from "./input.js";
import { NO_EVIDENCE, firstVersion } from "../model/record.js";
import type { Memory } from "../model/record.js";
import type { NewMemory, Preceding } from "../ports/records.js";
import type { DomainError } from "../../domain/errors.js";
import { invalid } from "../../domain/errors.js";
import type { Services } from "../services.js";
import type { Context } from "../../domain/context.js";
import type { DefaultTtl } from "../ports/lifecycle.js";
import { DEFAULT_IMPORTANCE, endOfLife } from "../lifecycle/decay.js";
import { lifetimeOf } from "../lifecycle/ttl.js";
import { factContent } from "../model/fact.js";
import type { Fact, FactInput, FactPlacing } from "../model/fact.js";
import { aloneHash, contentHash } from "../model/hash.js";
import { formerHash, identityHash, statedContent, tellingOf } from "../model/identity.js";
import type { Telling } from "../model/identity.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { insertionOf } from "../write/insertion.js";

/** A memory before its embedding is known. */
export interface Draft {
  readonly input: RememberInput;
  readonly memory: Omit<Memory, "embedding">;
  readonly preceding: Preceding | undefined;
  /** The memory can't be stored, with or without an embedding. */
  readonly refused?: DomainError | undefined;
}

export function newMemory(
  services: Pick<Services, "newId">,
  context: Context,
  namespace: string,
  input: RememberInput,
  ttl: DefaultTtl,
): Omit<Memory, "embedding"> {
  const now = context.now();
  const { importance = DEFAULT_IMPORTANCE, pinned = false } = input;
  const { ends } = input;
  const left = ends === undefined ? input.ttl_seconds : Math.max(1, Math.round((ends - now) / 1000));
  const lifetime = lifetimeOf(ttl[input.memory_type], left);
  const { fact } = input;
  const validFrom = input.valid_from ?? fact?.valid_from;
  return {
    ...firstVersion(now),
    id: services.newId(now),
    namespace,
    memory_type: input.memory_type,
    content: input.content ?? (fact === undefined ? "" : factContent(fact)),
    agent_id: input.agent_id ?? null,
    session_id: input.session_id ?? null,
    timestamp: input.timestamp ?? now,
    metadata: input.metadata ?? {},
    tags: [...new Set(input.tags)],
    trust_score: input.trust_score ?? 1,
    derived_from: (input.derived_from ?? []).map(({ id, version }) => ({ id, version })),
    evidence: input.evidence ?? NO_EVIDENCE,
    importance,
    pinned,
    lifetime,
    source_agent: input.source_agent ?? context.actor.agent,
    valid_from: validFrom ?? (fact === undefined ? null : (input.timestamp ?? now)),
    valid_to: input.valid_to ?? fact?.valid_to ?? null,
    expires_at: pinned ? null : (ends ?? endOfLife({ lifetime, importance, pinned }, now)),
    fact: fact === undefined ? null : newFact(fact),
  };
}

function newFact({ subject, predicate, object, confidence = 1, cardinality = "many" }: FactInput): Fact {
  return { subject, predicate, object, confidence, cardinality, contradicts: [] };
}

/** The hashes by which a repeated write finds it: the present one, and that of an older release. */
function hashesOf(input: RememberInput, memory: Omit<Memory, "embedding">, now: number) {
  if (input.identity !== undefined) return { contentHash: contentHash(memory.memory_type, input.identity) };
  const { fact, scope } = input;
  const from = input.valid_from ?? fact?.valid_from ?? (fact === undefined ? undefined : input.timestamp);
  const telling: Telling = {
    ...tellingOf({ ...memory, recorded_at: now }, input.interaction),
    content: fact === undefined ? memory.content : statedContent(fact, input.content),
    ...(scope === undefined ? {} : { agent_id: null, session_id: null, metadata: scope }),
    valid_from: from ?? null,
    timestamp: input.timestamp ?? null,
  };
  return { contentHash: identityHash(telling), formerHash: formerHash(telling) };
}

/**
 * A write-only key's memory can only match what that key wrote itself. Otherwise its answer would reveal what others
 * have written.
 */
function writtenAlone(
  blind: string | undefined,
  hashes: ReturnType<typeof hashesOf>,
): ReturnType<typeof hashesOf> {
  if (blind === undefined) return hashes;
  return { contentHash: aloneHash(blind, hashes.contentHash) };
}

function placingOf({ fact, valid_from, timestamp }: RememberInput): FactPlacing | undefined {
  if (fact === undefined) return undefined;
  const dated = (valid_from ?? fact.valid_from ?? timestamp) !== undefined;
  return { cardinality: fact.cardinality, dated };
}

export function complete(
  services: Pick<Services, "corroboration">,
  { input, memory, preceding }: Draft,
  embedding: FirstEmbedding,
  now: number,
  blind: string | undefined,
): NewMemory {
  // Not when it was sent: it wasn't visible while it was being embedded.
  const fact = placingOf(input);
  const recorded = {
    ...memory,
    timestamp: input.timestamp ?? now,
    valid_from: fact?.dated === false ? now : memory.valid_from,
    recorded_at: now,
    updated_at: now,
    last_seen_at: now,
    expires_at: input.ends === undefined ? endOfLife(memory, now) : memory.expires_at,
  };
  return insertionOf(services, recorded, embedding, now, {
    preceding,
    interaction: input.interaction,
    ...writtenAlone(blind, hashesOf(input, recorded, now)),
    blind: blind !== undefined,
    fact,
    made: input.made,
    operation: input.operation,
    ownVector: input.embedding !== undefined,
  });
}

/**
 * Whether only an end was given that lies before the recording: a fact without `valid_from` begins when it is recorded.
 */
export function endsBeforeItBegins(memory: Pick<Memory, "valid_from" | "valid_to"> | undefined) {
  if (memory?.valid_from == null || memory.valid_to === null || memory.valid_from < memory.valid_to) {
    return undefined;
  }
  return invalid("valid_from", "valid_from is required when valid_to is in the past.");
}
