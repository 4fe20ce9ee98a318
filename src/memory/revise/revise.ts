import { refuseTooLong } from "../text/normalised.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Trail } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { revisedEnd } from "../lifecycle/decay.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { embedAlone, writtenBy } from "../embedding/embed.js";
import { DomainError, invalid, memoryNotFound, quotaExceeded, versionConflict } from "../../domain/errors.js";
import { thaw } from "../archive/thaw.js";
import { afterWrite } from "../write/after-write.js";
import { authorOf } from "../write/author-of.js";
import { trustScoreBy } from "../write/trust-score.js";
import { nextVersion } from "../write/next-version.js";
import { freeOrphans } from "../lifecycle/free-orphans.js";
import { formerHash, identityHash, tellingOf } from "../model/identity.js";
import { judge } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { JsonObject } from "../../domain/json.js";
import { mergeMetadata } from "../model/metadata.js";
import type { MemoryRef } from "../model/ref.js";
import type { Revision } from "../ports/records.js";
import type { Interaction, Memory, MemoryDetail } from "../model/record.js";
import { checkOwnEmbedding } from "../embedding/own-vector.js";
import { checkValidity } from "../model/validity.js";
import type { Services, Using } from "../services.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { Carrying } from "../publish/carry-publication.js";
import { tellCopies } from "../publish/tell-copies.js";
import { refuseTooLarge } from "../write/treated-content.js";
import { isPiiTag } from "../../pii/kinds.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { keepShown, treat } from "../../pii/treat.js";
import { underPolicy } from "../../pii/under-policy.js";

/** Dependencies of a revision; copies that follow the memory get its next version. */
export type Revising = Carrying &
  Using<Pick<LifecycleStore, "defaultsOf" | "freeOrphans">, "archive" | "audit" | "maxLives" | "vault">;

/** The fields to change; undefined leaves as is. */
export interface RevisionInput {
  readonly content?: string | undefined;
  /** The author of the content; undefined: the caller. */
  readonly source_agent?: string | undefined;
  /** The vectors of a content that it had before. */
  readonly restored?: FirstEmbedding | undefined;
  readonly embedding?: Float32Array | undefined;
  readonly embedding_model?: string | undefined;
  /** JSON merge patch (RFC 7396) of the metadata: null removes a key. */
  readonly metadata?: JsonObject | undefined;
  /** Replaces all metadata. */
  readonly whole_metadata?: JsonObject | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Set by mneme only: tags of personal data that was found in what is new. */
  readonly found?: readonly string[] | undefined;
  readonly trust_score?: number | undefined;
  /** A change also scales the rest of its life, if that comes from its type. */
  readonly importance?: number | undefined;
  /** No longer pinned, its life counts from now. */
  readonly pinned?: boolean | undefined;
  /** null: no bound. */
  readonly valid_from?: number | null | undefined;
  readonly valid_to?: number | null | undefined;
  /** For a fact; its statement can't be changed. */
  readonly fact?: { readonly confidence: number } | undefined;
  /** Counted from now; null: no expiry. */
  readonly ttl_seconds?: number | null | undefined;
}

/** The next version, and the personal data that the write found; undefined: the namespace doesn't look for any. */
export type Revised = Judged & { readonly pii: PiiCounts | undefined };

/** Lost races that are retried for a caller without an expected version. After that it gets a conflict. */
const ATTEMPTS = 64;

/**
 * Makes a memory's next version. With `expectedVersion`, a lost race is `version_conflict`; without, the change is
 * applied to the current version. The content of an episodic memory never changes.
 */
export async function revise(
  services: Revising,
  context: Context,
  ref: MemoryRef,
  sent: RevisionInput,
  expectedVersion: number | undefined,
): Promise<Revised> {
  const { audit } = services;
  // The answer is the whole memory, and a refusal may name another one.
  await authorize(audit, context, ref.namespace, { verbs: ["write", "read"], act: "revise" });
  return underPolicy(() => reviseOnce(services, context, ref, sent, expectedVersion));
}

async function reviseOnce(
  services: Revising,
  context: Context,
  ref: MemoryRef,
  sent: RevisionInput,
  expectedVersion: number | undefined,
): Promise<Revised> {
  const { store } = services;
  const { pii: policy, version: settings } = await store.defaultsOf(ref.namespace);
  const { input, pii } = await treated(services, ref.namespace, policy, sent);
  refuseTooLong("content", input.content ?? "");
  const trail = trailOf(context, "revise", { ids: [ref.id] });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // If it is missing, the second read records that.
    const current = (await store.peek(ref)) ?? (await store.get(trail, ref));
    if (current === undefined || current === "ended") throw memoryNotFound();
    if (await freeOrphans(services, context.requestId, [current])) continue;
    if (await thaw(services, context, current)) continue;
    await refuseUnfit(services, trail, current, input, expectedVersion);
    await refuseRaise(services, context, trail, current, input);
    const revision = await revisionOf(services, context, current, input);
    const outcome = await store.revise({ ...trail, settings }, revision);
    if (outcome.kind === "revised") {
      if (outcome.published) await tellCopies(services, context, ref);
      // The sweep finds the predecessor of a session's turn; new content has none.
      if (revision.vectors !== undefined) afterWrite(services, { memory: revision.memory });
      const revised = { ...revision.memory, updated_at: outcome.since, valid_to: outcome.validTo };
      return { ...(await judge(services, revised, context.now())), pii };
    }
    if (outcome.kind === "duplicate") {
      throw new DomainError(
        "duplicate_content",
        `The memory ${outcome.id} already has this content, for the same agent, session, metadata and validity.`,
      );
    }
    if (outcome.kind === "full") throw quotaExceeded(outcome.quota);
    if (outcome.kind === "conflict" && expectedVersion !== undefined) throw versionConflict();
  }
  throw versionConflict();
}

/** Treats personal data in what is new. */
async function treated(
  { vault }: Pick<Revising, "vault">,
  namespace: string,
  policy: PiiPolicy | undefined,
  input: RevisionInput,
): Promise<{ readonly input: RevisionInput; readonly pii: PiiCounts | undefined }> {
  const { content, metadata, whole_metadata, tags } = input;
  const said = { content, metadata, whole_metadata, tags };
  if (policy === undefined) {
    await keepShown(vault, namespace, said);
    return { input, pii: undefined };
  }
  const found = await treat(vault, namespace, policy, said);
  const { parts } = found;
  refuseTooLarge(parts.content);
  return {
    input: {
      ...input,
      ...parts,
      found: found.tags,
      // Vectors of the text as it came say what it no longer does.
      ...(parts.content === content
        ? {}
        : { embedding: undefined, embedding_model: undefined, restored: undefined }),
    },
    pii: found.counts,
  };
}

/** A refusal before there is anything to write is recorded as well. */
async function refuseUnfit(
  { audit }: Pick<Services, "audit">,
  trail: Trail,
  current: Memory,
  input: RevisionInput,
  expectedVersion: number | undefined,
): Promise<void> {
  if (expectedVersion !== undefined && current.version !== expectedVersion) {
    await audit.record(current.namespace, trail, "conflict");
    throw versionConflict();
  }
  if (current.origin !== null) {
    await audit.record(current.namespace, trail, "immutable");
    throw new DomainError("immutable_memory", "A published copy can't be revised. Revise its origin.");
  }
  if (current.superseded_at !== null) {
    await audit.record(current.namespace, trail, "immutable");
    throw new DomainError("immutable_memory", "Another memory supersedes this one. Revise that one.");
  }
  if (input.fact !== undefined && current.fact === null) throw invalid("fact", "This memory isn't a fact.");
  const begins = input.valid_from;
  if (isOnTimeline(current) && begins !== undefined && begins !== current.valid_from) {
    await audit.record(current.namespace, trail, "immutable");
    throw new DomainError(
      "immutable_memory",
      "valid_from of a fact of cardinality one can't be changed. Delete the fact and write a new one.",
      {
        errors: [
          { field: "valid_from", message: "valid_from of a fact of cardinality one can't be changed." },
        ],
      },
    );
  }
  if (input.content !== undefined && current.memory_type === "episodic") {
    await audit.record(current.namespace, trail, "immutable");
    throw new DomainError(
      "immutable_memory",
      "An episodic memory is immutable. Store a correction as a new memory.",
      { errors: [{ field: "content", message: "The content of an episodic memory can't be changed." }] },
    );
  }
}

/** What was restored comes with the `trust_score` that it had, or the lower one that it has now. */
async function refuseRaise(
  { audit }: Pick<Services, "audit">,
  context: Context,
  trail: Trail,
  current: Memory,
  input: RevisionInput,
): Promise<void> {
  const said = saidBy(current, input);
  if (input.whole_metadata !== undefined || trustScoreBy(context, current, said) === said.trust_score) return;
  await audit.record(current.namespace, trail, "immutable");
  const message = "Only its author and an administrator of its namespace can raise trust_score.";
  throw new DomainError("immutable_memory", message, { errors: [{ field: "trust_score", message }] });
}

/** Whether it is a fact of cardinality one: then facts on its timeline affect its valid time. */
export const isOnTimeline = ({ fact, origin }: Memory): boolean =>
  fact?.cardinality === "one" && origin === null;

/** What the next version says, with the `trust_score` that is asked for. */
function saidBy(
  current: Memory,
  input: RevisionInput,
): Pick<Memory, "content" | "metadata" | "key" | "trust_score"> {
  return {
    key: current.key,
    content: input.content ?? current.content,
    metadata:
      input.metadata === undefined
        ? (input.whole_metadata ?? current.metadata)
        : mergeMetadata(current.metadata, input.metadata),
    trust_score: input.trust_score ?? current.trust_score,
  };
}

async function revisionOf(
  services: Revising,
  context: Context,
  current: MemoryDetail,
  input: RevisionInput,
): Promise<Revision> {
  const { interaction, publications: _, uses: __, ...previous } = current;
  const embedding = await nextEmbedding(services, context, current, input);
  // Taken here, not earlier: until it is written, the previous version is the current one.
  const now = context.now();
  const said = saidBy(current, input);
  const changed: Memory = {
    ...previous,
    ...said,
    source_agent: authorOf(current, said, input.source_agent ?? context.actor.agent),
    tags: tagsOf(current, input),
    trust_score: trustScoreBy(context, current, said),
    importance: input.importance ?? current.importance,
    pinned: input.pinned ?? current.pinned,
    lifetime: input.ttl_seconds === undefined ? current.lifetime : { seconds: input.ttl_seconds, by: "ttl" },
    valid_from: input.valid_from === undefined ? current.valid_from : input.valid_from,
    valid_to: input.valid_to === undefined ? current.valid_to : input.valid_to,
    fact: current.fact === null ? null : { ...current.fact, ...input.fact },
    updated_at: now,
  };
  checkValidity(changed);
  const expires_at = revisedEnd(current, changed, now, services.maxLives);
  const newExpiry = input.ttl_seconds !== undefined || expires_at !== current.expires_at;
  const next = newExpiry ? { ...changed, expires_at, prolonged_by: null } : changed;
  return nextVersion(services, current, next, {
    interaction,
    embedding,
    ...knownBy(current, next, interaction),
    newExpiry,
    newEnd: input.valid_to !== undefined && input.valid_to !== current.valid_to && isOnTimeline(next),
  });
}

/**
 * Tags of personal data stay where the text does in which it was found. `found` is undefined where the namespace doesn't
 * look for any: then such a tag is like any other.
 */
function tagsOf(current: Memory, { tags, content, found }: RevisionInput): string[] {
  if (found === undefined) return tags === undefined ? [...current.tags] : [...new Set(tags)];
  const before = content === undefined ? current.tags.filter(isPiiTag) : [];
  const kept =
    tags === undefined ? current.tags.filter((tag) => content === undefined || !isPiiTag(tag)) : tags;
  return [...new Set([...kept, ...before, ...found])];
}

/** The identity by which a repeated write finds a revised memory. */
function knownBy(
  current: Memory,
  next: Memory,
  interaction: Interaction | undefined,
): Pick<Revision, "contentHash" | "knownBy"> {
  // An item is known by its key.
  if (current.key !== null) return { contentHash: undefined };
  // A fact is known by what it says, not by the words for it.
  const said = next.fact === null ? next : { ...next, content: current.content };
  const [before, after] = [tellingOf(current, interaction), tellingOf(said, interaction)];
  const [was, is] = [identityHash(before), identityHash(after)];
  if (was === is) return { contentHash: undefined };
  const restated = next.fact === null && next.content !== current.content;
  return { contentHash: is, knownBy: restated ? undefined : [was, formerHash(before)] };
}

/** Undefined where neither the content nor the caller's vector is new: then the stored vectors stay. */
async function nextEmbedding(
  { embedder }: Pick<Services, "embedder">,
  context: Context,
  current: Memory,
  input: RevisionInput,
) {
  if (input.embedding !== undefined) {
    const problem = checkOwnEmbedding(embedder?.model, input.embedding, input.embedding_model);
    if (problem !== undefined) throw problem;
    return {
      vectors: [input.embedding],
      status: "complete",
      model: embedder?.model.id ?? null,
      also: embedder?.also !== undefined,
    } as const;
  }
  if (input.restored !== undefined && input.restored.model === embedder?.model.id) return input.restored;
  if (input.content === undefined || input.content === current.content) return undefined;
  return embedAlone(embedder, writtenBy(context, current.namespace), input.content);
}
