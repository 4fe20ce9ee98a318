import { authorize, mayLearn } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { COMPARE_GRACE_MS } from "../trust/corroborate.js";
import type { SourceRef } from "./derive.js";
import type { DefaultTtl } from "../lifecycle/defaults.js";
import { ttlIn } from "../lifecycle/defaults.js";
import { sourceTrust } from "./derive.js";
import type { FirstEmbedding } from "../embedding/embed.js";
import { embedFirstPassages, writtenBy } from "../embedding/embed.js";
import { FINISH_GRACE_MS, REFUSED_RETRY_MS } from "../embedding/embedding-worker.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { DEFAULT_IMPORTANCE, endOfLife } from "../lifecycle/decay.js";
import type { Fact, FactInput, FactPlacing } from "../model/fact.js";
import { withStanding } from "../facts/standing.js";
import { factContent } from "../model/fact.js";
import { aloneHash, contentHash } from "../model/hash.js";
import type { Telling } from "../model/identity.js";
import { formerHash, identityHash, statedContent, tellingOf } from "../model/identity.js";
import type { Judged } from "../trust/judge.js";
import { judgeAll } from "../trust/judge.js";
import type { JsonObject } from "../../domain/json.js";
import type { InsertOutcome, NewMemory, Preceding } from "../ports/index.js";
import { contextFor } from "../embedding/preceding.js";
import type { Evidence, Interaction, Memory, MemoryType } from "../model/record.js";
import { NO_EVIDENCE } from "../model/record.js";
import type { Services } from "../services.js";
import { lifetimeOf } from "../lifecycle/ttl.js";
import { normalisedTooLong } from "../text/normalised.js";
import { isTurn } from "../model/turn.js";

export interface RememberInput {
  /** Undefined: what its fact says, in words. */
  readonly content?: string | undefined;
  /** Only a semantic memory has one. */
  readonly fact?: FactInput | undefined;
  readonly memory_type: MemoryType;
  readonly agent_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly trust_score?: number | undefined;
  /** Versions of memories of the same namespace that it was made from. */
  readonly derived_from?: readonly SourceRef[] | undefined;
  readonly importance?: number | undefined;
  readonly pinned?: boolean | undefined;
  /** When it is so in the world: from, and until (not included). */
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
  /** null: for ever; undefined: as configured for the type. */
  readonly ttl_seconds?: number | null | undefined;
  /** In its place, where mneme itself stores it: when it ends, milliseconds since the epoch. */
  readonly ends?: number | undefined;
  /** The caller's own vector of the whole content. */
  readonly embedding?: Float32Array | undefined;
  /** The model that made it; must be the one in use. */
  readonly embedding_model?: string | undefined;
  readonly interaction?: Interaction | undefined;
  /** What makes two inputs the same memory, where mneme itself stores it; else what {@link identityHash} compares. */
  readonly identity?: string | undefined;
  /** What scopes it in the place of agent, session and metadata, where mneme itself stores it. */
  readonly scope?: JsonObject | undefined;
  /** What others said of what it says, where mneme itself stores it anew. */
  readonly evidence?: Evidence | undefined;
  /** Who said it, where mneme itself stores it; the caller unless told otherwise. */
  readonly source_agent?: string | undefined;
  /** What it is trusted at most for who said it, where mneme itself stores what others said. */
  readonly source_trust?: number | undefined;
}

export interface RememberOutcome extends InsertOutcome {
  readonly memory: Judged;
}

/** Stores one memory. Rejects with a {@link DomainError}. */
export async function remember(
  services: Services,
  context: Context,
  namespace: string,
  input: RememberInput,
): Promise<RememberOutcome> {
  const [outcome] = await rememberMany(services, context, namespace, [input]);
  if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error("no outcome");
  return outcome;
}

/** Stores many; each stands or falls alone. Outcomes and errors come in the order of the inputs. */
export async function rememberMany(
  services: Services,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<readonly (RememberOutcome | Error)[]> {
  const act = inputs[0]?.interaction === undefined ? "remember" : "capture";
  await authorize(services.audit, context, namespace, { verb: "write", act });
  // Many take seconds to embed: who writes them hears before that that the store is away.
  if (inputs.length > 1) await services.store.reachable();
  const drafts = await draft(services, context, namespace, inputs);
  const embeddings = await embedDrafts(services, writtenBy(context, namespace), drafts);
  const mayRead = mayLearn(context, namespace);
  const blind = mayRead ? undefined : (context.actor.keyId ?? context.actor.agent);
  const items = drafts.map((item, index): NewMemory | Error => {
    const embedding = embeddings[index] ?? new Error("a draft without an embedding");
    if (embedding instanceof Error) return embedding;
    if (item.refused !== undefined) return item.refused;
    return complete(services, item, embedding, context.now(), blind);
  });
  const accepted = await Promise.all(
    items
      .filter((item): item is NewMemory => !(item instanceof Error))
      .map((item) => withStanding(services, item)),
  );
  const outcomes = await services.store.insert(trailOf(context, act), accepted);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome instanceof Error || outcome.kind === "seen") continue;
    if (outcome.compare === true) services.corroboration?.finish(outcome.memory);
    if (outcome.memory.embedding.status === "partial") {
      services.worker.finish({ ...outcome.memory, context: accepted[index]?.preceding?.text ?? "" });
    }
  }
  let next = 0;
  const told = items.map((item): InsertOutcome | Error => {
    if (item instanceof Error) return item;
    const outcome = outcomes[next++] ?? new Error("no outcome");
    return outcome instanceof Error || mayRead ? outcome : withheld(outcome, item.memory);
  });
  return judged(services, told, context.now());
}

/** Who may write but not read hears what it wrote itself, not what a timeline or others made of it since. */
function withheld({ kind, memory }: InsertOutcome, sent: Memory): InsertOutcome {
  const { id, seen_count } = memory;
  return { kind, memory: { ...sent, id, seen_count } };
}

async function judged(
  services: Services,
  outcomes: readonly (InsertOutcome | Error)[],
  now: number,
): Promise<(RememberOutcome | Error)[]> {
  const stored = outcomes.filter((outcome): outcome is InsertOutcome => !(outcome instanceof Error));
  const memories = await judgeAll(
    services,
    stored.map(({ memory }) => memory),
    now,
  );
  let next = 0;
  return outcomes.map((outcome) => {
    if (outcome instanceof Error) return outcome;
    const memory = memories[next++];
    return memory === undefined ? new Error("no memory") : { kind: outcome.kind, memory };
  });
}

/** A memory before its embedding is known. */
interface Draft {
  readonly input: RememberInput;
  readonly memory: Omit<Memory, "embedding">;
  readonly preceding: Preceding | undefined;
  /** It can't be stored, whatever its embedding. */
  readonly refused?: DomainError | undefined;
}

/** What was said last in a session goes with what is said next: in the store, or earlier in this very batch. */
async function draft(
  services: Services,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<Draft[]> {
  const [ttl, ...bounds] = await Promise.all([
    ttlIn(services, namespace),
    ...inputs.map((input) => sourceTrust(services, context, namespace, input.derived_from ?? [])),
  ]);
  const memories = inputs.map((input, index) => {
    const bound = bounds[index] ?? null;
    const source_trust = lower(bound instanceof DomainError ? null : bound, input.source_trust ?? null);
    return { ...newMemory(services, context, namespace, input, ttl), source_trust };
  });
  const refusals = bounds.map((bound, index) =>
    bound instanceof DomainError
      ? bound
      : (endsBeforeItBegins(memories[index]) ?? unindexable(inputs[index])),
  );
  const sessions = [...new Set(memories.filter(isTurn).map(({ session_id }) => session_id))];
  const stored = await services.store.lastTurns(namespace, sessions);
  const last = new Map(sessions.map((session, index) => [session, stored[index]]));
  return memories.map((memory, index) => {
    const input = inputs[index] ?? { memory_type: memory.memory_type };
    const refused = refusals[index];
    if (!isTurn(memory)) return { input, memory, preceding: undefined, refused };
    const turn = last.get(memory.session_id);
    last.set(memory.session_id, { id: memory.id, text: contextFor(memory.content) });
    return { input, memory, preceding: turn?.text === "" ? undefined : turn, refused };
  });
}

/** What is derived from an interaction is indexed as far as it may be. */
function unindexable(input: RememberInput | undefined): DomainError | undefined {
  return input?.interaction === undefined ? normalisedTooLong("content", input?.content ?? "") : undefined;
}

function lower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Vectors for every draft: the caller's own where given, the embedder's for the rest. */
async function embedDrafts(
  { embedder }: Services,
  scope: string,
  drafts: readonly Draft[],
): Promise<(FirstEmbedding | Error)[]> {
  const open = drafts.filter(({ input }) => input.embedding === undefined);
  const texts = open.map(({ memory, preceding }) => ({
    content: memory.content,
    context: preceding?.text ?? "",
  }));
  const embedded = new Map(
    (await embedFirstPassages(embedder, scope, texts)).map((made, index) => [open[index], made]),
  );
  return drafts.map((item) => {
    const { embedding, embedding_model } = item.input;
    if (embedding === undefined) return embedded.get(item) ?? new Error("a draft without an embedding");
    return (
      checkOwnEmbedding(embedder?.model, embedding, embedding_model) ?? {
        vectors: [embedding],
        status: "complete",
        model: embedder?.model.id ?? null,
      }
    );
  });
}

/** Undefined if a caller's vector can stand beside the stored ones. */
export function checkOwnEmbedding(
  model: { readonly id: string; readonly dimensions: number } | undefined,
  vector: Float32Array,
  name: string | undefined,
): DomainError | undefined {
  const refuse = (message: string): DomainError =>
    new DomainError("embedding_mismatch", message, { errors: [{ field: "embedding", message }] });
  if (model === undefined) return refuse("This service has no embedding model, so it can't take vectors.");
  if (name !== undefined && name !== model.id)
    return refuse(`The vectors here are of the model "${model.id}".`);
  if (vector.length !== model.dimensions) {
    return refuse(`The model "${model.id}" has ${model.dimensions} dimensions, not ${vector.length}.`);
  }
  return undefined;
}

function newMemory(
  services: Services,
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
    id: services.newId(now),
    namespace,
    key: null,
    memory_type: input.memory_type,
    content: input.content ?? (fact === undefined ? "" : factContent(fact)),
    agent_id: input.agent_id ?? null,
    session_id: input.session_id ?? null,
    timestamp: input.timestamp ?? now,
    metadata: input.metadata ?? {},
    tags: [...new Set(input.tags)],
    trust_score: input.trust_score ?? 1,
    derived_from: (input.derived_from ?? []).map(({ id, version }) => ({ id, version })),
    source_trust: null,
    evidence: input.evidence ?? NO_EVIDENCE,
    quarantined: false,
    importance,
    pinned,
    lifetime,
    prolonged_by: null,
    source_agent: input.source_agent ?? context.actor.agent,
    version: 1,
    recorded_at: now,
    updated_at: now,
    superseded_at: null,
    superseded_by: null,
    valid_from: validFrom ?? (fact === undefined ? null : (input.timestamp ?? now)),
    valid_to: input.valid_to ?? fact?.valid_to ?? null,
    seen_count: 1,
    last_seen_at: now,
    expires_at: pinned ? null : (ends ?? endOfLife({ lifetime, importance, pinned }, now)),
    origin: null,
    fact: fact === undefined ? null : newFact(fact),
  };
}

function newFact({ subject, predicate, object, confidence = 1, cardinality = "many" }: FactInput): Fact {
  return { subject, predicate, object, confidence, cardinality, contradicts: [] };
}

/** By what it is found when it is told again, now and as an older release knew it. */
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
 * What a key that may not read writes is the same memory only as what that key wrote itself: else its answer would tell
 * what others have written.
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

function complete(
  { corroboration }: Services,
  { input, memory, preceding }: Draft,
  embedding: FirstEmbedding,
  now: number,
  blind: string | undefined,
): NewMemory {
  // Not when it was sent: nobody knew of it while it was being embedded.
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
  return {
    memory: { ...recorded, embedding: { status: embedding.status, model: embedding.model } },
    preceding,
    interaction: input.interaction,
    ...writtenAlone(blind, hashesOf(input, recorded, now)),
    blind: blind !== undefined,
    fact,
    vectors: embedding.vectors,
    ownVector: input.embedding !== undefined,
    embedAt: dueTime(embedding, now),
    compareAt: corroboration === undefined || !isClaim(memory) ? undefined : now + COMPARE_GRACE_MS,
  };
}

/**
 * What can be said again in other words. Episodes only corroborate each other word by word: their vectors hold what was
 * said before them, and that two turns are alike says nothing of what they report.
 */
export function isClaim({ memory_type }: Pick<Memory, "memory_type">): boolean {
  return memory_type !== "episodic";
}

/** Where only its end was said, and a fact then would begin with when it was told. */
function endsBeforeItBegins(memory: Pick<Memory, "valid_from" | "valid_to"> | undefined) {
  if (memory?.valid_from == null || memory.valid_to === null || memory.valid_from < memory.valid_to) {
    return undefined;
  }
  return invalid("valid_from", "Say since when: it would begin when it was told, which is after its end.");
}

export function checkValidity({ valid_from, valid_to }: Pick<Memory, "valid_from" | "valid_to">): void {
  if (valid_from !== null && valid_to !== null && valid_from >= valid_to) {
    throw invalid("valid_to", "Must lie after valid_from.");
  }
}

/** When a sweep should take up what this write leaves to embed; undefined if nothing is left. */
export function dueTime(embedding: FirstEmbedding, now: number): number | undefined {
  if (embedding.status === "pending") return now;
  if (embedding.status === "refused") return now + REFUSED_RETRY_MS;
  return embedding.status === "partial" ? now + FINISH_GRACE_MS : undefined;
}
