import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { refuseTooLong } from "../text/normalised.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { ttlBy } from "../lifecycle/defaults.js";
import { quotaExceeded, versionConflict } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Precondition } from "../../domain/precondition.js";
import { DEFAULT_IMPORTANCE, endOfLife } from "../lifecycle/decay.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { embedAlone, writtenBy } from "../embedding/embed.js";
import { itemHash } from "../model/hash.js";
import { judge } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { ItemRef } from "../model/ref.js";
import { firstVersion } from "../model/record.js";
import type { Memory, MemoryDetail } from "../model/record.js";
import type { Services, Using } from "../services.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { Carrying } from "../publish/carry-publication.js";
import { tellCopies } from "../publish/tell-copies.js";
import { afterWrite } from "../write/after-write.js";
import { authorOf } from "../write/author-of.js";
import { insertOne, insertionOf } from "../write/insertion.js";
import { trustScoreBy } from "../write/trust-score.js";
import { nextVersion } from "../write/next-version.js";
import { versionDone } from "../write/version-done.js";
import { refuseTooLarge } from "../write/treated-content.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { keepShown, treat } from "../../pii/treat.js";
import { underPolicy } from "../../pii/under-policy.js";
import { isAlive, lifetimeOf } from "../lifecycle/ttl.js";

/** Dependencies of a put; copies that follow the item get its next version. */
type Putting = Carrying &
  Using<Pick<LifecycleStore, "defaultsOf">, "audit" | "defaultTtl" | "newId" | "vault">;

/** All of an item that a caller sets. A put replaces it whole: a missing field is cleared. */
export interface ItemInput {
  /** The text that recall searches; empty: the item is found by its key and by filters only. */
  readonly content: string;
  readonly metadata?: JsonObject | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly trust_score?: number | undefined;
  /** Omitted for an item that is there: as it is. */
  readonly importance?: number | undefined;
  readonly pinned?: boolean | undefined;
  readonly agent_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly valid_from?: number | undefined;
  readonly valid_to?: number | undefined;
  /** Counted from now; null: no expiry; undefined: as configured. */
  readonly ttl_seconds?: number | null | undefined;
}

export interface PutOutcome {
  readonly kind: "created" | "revised" | "unchanged";
  readonly memory: Judged;
  /** Personal data that the write found; undefined: the namespace doesn't look for any. */
  readonly pii: PiiCounts | undefined;
}

interface Stored {
  readonly kind: PutOutcome["kind"];
  readonly memory: Memory;
}

/** Lost races that are retried if the caller sets no version. */
const ATTEMPTS = 100;
const MAX_PAUSE_MS = 50;

/**
 * Puts a semantic memory under a key: creates it, or makes its next version if that differs from what is there. With
 * `ttl_seconds` the time to live starts again, so that is always another version.
 */
export async function putItem(
  services: Putting,
  context: Context,
  ref: ItemRef,
  sent: ItemInput,
  precondition: Precondition,
): Promise<PutOutcome> {
  const { audit } = services;
  // The answer is the whole memory, and says whether it was there.
  await authorize(audit, context, ref.namespace, { verbs: ["write", "read"], act: "item.put" });
  return underPolicy(() => putOnce(services, context, ref, sent, precondition));
}

async function putOnce(
  services: Putting,
  context: Context,
  ref: ItemRef,
  sent: ItemInput,
  precondition: Precondition,
): Promise<PutOutcome> {
  const { store, audit } = services;
  const defaults = await store.defaultsOf(ref.namespace);
  const { input, pii } = await treatInput(services, ref.namespace, defaults.pii, sent);
  refuseTooLong("content", input.content);
  const done = await versionDone(services, context, ref.namespace, "item.put");
  if (done !== undefined)
    return {
      kind: done.kind === "seen" ? "unchanged" : done.kind,
      memory: await judge(services, done.memory, context.now()),
      pii,
    };
  const embedding = onceEmbedded(services, writtenBy(context, ref.namespace), input.content);
  const { semantic } = ttlBy(services, defaults);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // A random pause, so that losers of one race don't all meet again.
    if (attempt > 2) await sleep(Math.random() * MAX_PAUSE_MS);
    const found = await store.peekItem(ref);
    const current = found !== undefined && isAlive(found, context.now()) ? found : undefined;
    if (!holds(precondition, current)) {
      const trail = trailOf(context, "item.put", {
        ids: [...(current === undefined ? [] : [current.id]), ref.key],
      });
      await audit.record(ref.namespace, trail, "conflict");
      throw versionConflict();
    }
    const outcome =
      current === undefined
        ? await create(
            services,
            { context, ref, settings: defaults.version },
            input,
            semantic,
            await embedding(),
          )
        : await revise(
            services,
            { context, ref, settings: defaults.version },
            current,
            input,
            semantic,
            embedding,
          );
    if (outcome !== undefined)
      return { kind: outcome.kind, memory: await judge(services, outcome.memory, context.now()), pii };
  }
  throw versionConflict();
}

async function treatInput(
  { vault }: Pick<Services, "vault">,
  namespace: string,
  policy: PiiPolicy | undefined,
  input: ItemInput,
): Promise<{ readonly input: ItemInput; readonly pii: PiiCounts | undefined }> {
  const { content, metadata, tags } = input;
  const said = { content, metadata, tags };
  if (policy === undefined) {
    await keepShown(vault, namespace, said);
    return { input, pii: undefined };
  }
  const { parts, ...found } = await treat(vault, namespace, policy, said);
  refuseTooLarge(parts.content);
  return { input: { ...input, ...parts, tags: [...(parts.tags ?? []), ...found.tags] }, pii: found.counts };
}

function holds(precondition: Precondition, current: Memory | undefined): boolean {
  if (precondition === "any") return true;
  if (precondition === "absent") return current === undefined;
  return current !== undefined && (precondition === "present" || precondition === current.version);
}

interface Put {
  readonly context: Context;
  readonly ref: ItemRef;
  /** Version of the settings by which the input was treated. */
  readonly settings: string;
}

/** Undefined: another writer created it in the same moment. */
async function create(
  services: Putting,
  { context, ref, settings }: Put,
  input: ItemInput,
  ttl: number | null,
  embedding: FirstEmbedding,
): Promise<Stored | undefined> {
  const now = context.now();
  const life = {
    importance: input.importance ?? DEFAULT_IMPORTANCE,
    pinned: input.pinned ?? false,
    lifetime: lifetimeOf(ttl, input.ttl_seconds),
  };
  const memory = {
    ...firstVersion(now),
    ...contentOf(input),
    ...life,
    id: services.newId(now),
    namespace: ref.namespace,
    key: ref.key,
    memory_type: "semantic",
    timestamp: input.timestamp ?? now,
    source_agent: context.actor.agent,
    expires_at: endOfLife(life, now),
  } as const;
  const insertion = insertionOf(services, memory, embedding, now, { contentHash: itemHash(ref.key) });
  const created = await insertOne(services, trailOf(context, "item.put", { settings }), insertion);
  return created && { kind: "created", memory: created };
}

/** Undefined: it has another version now, or is gone. */
async function revise(
  services: Putting,
  { context, ref, settings }: Put,
  detail: MemoryDetail,
  input: ItemInput,
  ttl: number | null,
  embed: () => Promise<FirstEmbedding>,
): Promise<Stored | undefined> {
  const { interaction, publications: _, ...current } = detail;
  const trail = trailOf(context, "item.put", { ids: [current.id, ref.key] });
  const now = context.now();
  const life = {
    importance: input.importance ?? current.importance,
    pinned: input.pinned ?? current.pinned,
  };
  const lifetime = lifetimeOf(ttl, input.ttl_seconds);
  const expires_at = endOfLife({ ...current, ...life, lifetime }, now);
  const said = { ...current, ...contentOf(input) };
  const next = {
    ...said,
    ...life,
    source_agent: authorOf(current, said, context.actor.agent),
    trust_score: trustScoreBy(context, current, said),
    timestamp: input.timestamp ?? current.timestamp,
  };
  const sameEnd = input.ttl_seconds == null && (expires_at === null) === (current.expires_at === null);
  if (sameEnd && isDeepStrictEqual(next, current)) {
    // A retry gets this version, whatever others have put since.
    const does = `unchanged ${current.id} ${current.version}`;
    await services.audit.record(ref.namespace, trail, "unchanged", does);
    return { kind: "unchanged", memory: current };
  }
  const embedding = next.content === current.content ? undefined : await embed();
  const changed = { ...next, updated_at: now, lifetime, expires_at, prolonged_by: null };
  // The key, not the content, is what an item is known by.
  const revision = nextVersion(services, current, changed, { interaction, embedding, newExpiry: true });
  const outcome = await services.store.revise({ ...trail, settings }, revision);
  if (outcome.kind === "full") throw quotaExceeded(outcome.quota);
  if (outcome.kind !== "revised") return undefined;
  const { memory } = revision;
  if (outcome.published) await tellCopies(services, context, memory);
  if (embedding !== undefined) afterWrite(services, { memory });
  return { kind: "revised", memory: { ...memory, updated_at: outcome.since } };
}

function contentOf(input: ItemInput) {
  return {
    content: input.content,
    metadata: input.metadata ?? {},
    tags: [...new Set(input.tags)],
    trust_score: input.trust_score ?? 1,
    agent_id: input.agent_id ?? null,
    session_id: input.session_id ?? null,
    valid_from: input.valid_from ?? null,
    valid_to: input.valid_to ?? null,
  };
}

/** Embeds at most once, however often a race is lost. */
function onceEmbedded(
  { embedder }: Pick<Services, "embedder">,
  scope: string,
  content: string,
): () => Promise<FirstEmbedding> {
  let made: Promise<FirstEmbedding> | undefined;
  return () => {
    made ??= embedAlone(embedder, scope, content);
    return made;
  };
}
