import { covers, scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Trail } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { versionConflict } from "../../domain/errors.js";
import { embedAlone, embeddedIn } from "../embedding/embed.js";
import { afterWrite } from "../write/after-write.js";
import { insertOne, insertionOf } from "../write/insertion.js";
import { restates } from "../write/author-of.js";
import { nextVersion } from "../write/next-version.js";
import { copyHash } from "../model/hash.js";
import type { MemoryRef } from "../model/ref.js";
import type { PendingPublications, PublicationStore } from "../ports/publications.js";
import { NO_EVIDENCE, firstVersion } from "../model/record.js";
import type { Interaction, Memory, MemoryDetail, Origin, Publication } from "../model/record.js";
import { publishersOf } from "../model/publishers.js";
import { UNKNOWN_ACCURACY, trustOf } from "../trust/trust.js";
import type { Judgeable } from "../trust/trust.js";
import type { Using } from "../services.js";
import { redactRefused } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import { underPolicy } from "../../pii/under-policy.js";
import type { Fact } from "../model/fact.js";
import type { RecordStore } from "../ports/records.js";

/** Dependencies of updates to copies. */
export type Carrying = Using<
  RecordStore & PublicationStore,
  "accuracies" | "agents" | "corroboration" | "embedder" | "knownDefaults" | "vault" | "worker"
>;

const ATTEMPTS = 16;

/**
 * Brings a memory's state to its copy in one namespace, as its publication requires: makes it, updates it, marks it as
 * outdated, or removes it. Returns the copy, or undefined if there is none. Idempotent.
 */
export function carryPublication(
  services: Carrying,
  context: Context,
  pending: PendingPublications,
  publication: Publication,
): Promise<PublishOutcome | undefined> {
  return underPolicy(
    () => carryOnce(services, context, pending, publication),
    () => services.knownDefaults.forget(publication.namespace),
  );
}

async function carryOnce(
  services: Carrying,
  context: Context,
  pending: PendingPublications,
  publication: Publication,
): Promise<PublishOutcome | undefined> {
  const copyRef = { namespace: publication.namespace, id: pending.id };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const copy = await services.store.peek(copyRef);
    if (copy === undefined) {
      // A copy that was there and is gone was deleted where it stood: it doesn't come back by itself.
      if (pending.memory === undefined || publication.version > 0) return undefined;
      const made = await makeCopy(services, context, pending.memory, publication);
      if (made === undefined) continue;
      return { kind: "created", copy: made };
    }
    if (copy.origin?.namespace !== pending.namespace) return undefined;
    const done = await bringCopy(services, context, copy, copy.origin, pending, publication);
    if (done === "conflict") continue;
    return done === undefined ? undefined : { kind: "updated", copy: done };
  }
  throw versionConflict();
}

/** Undefined: another process made it in the same moment. */
async function makeCopy(
  services: Carrying,
  context: Context,
  memory: MemoryDetail,
  publication: Publication,
): Promise<Memory | undefined> {
  const { interaction, publications: _, uses: __, ...rest } = memory;
  const { made, said, settings } = await copied(services, rest, publication, undefined, interaction);
  const embedding = await firstEmbedding(services, memory.namespace, made.content);
  const now = context.now();
  const copy = {
    ...firstVersion(now),
    ...made,
    quarantined: await isDistrusted(services, context, made),
  };
  const insertion = insertionOf(services, copy, embedding, now, {
    interaction: said,
    contentHash: copyHash(memory),
  });
  return insertOne(services, { ...publishTrail(context, memory), settings }, insertion);
}

async function bringCopy(
  services: Carrying,
  context: Context,
  detail: MemoryDetail,
  origin: Origin,
  { memory, deletedAt }: PendingPublications,
  publication: Publication,
): Promise<Memory | "conflict" | undefined> {
  const { interaction, publications: _, uses: __, ...copy } = detail;
  const copyRef = { namespace: copy.namespace, id: copy.id };
  const trail = publishTrail(context, { namespace: origin.namespace, id: copy.id });
  if (memory === undefined) {
    if (publication.follow) {
      const { kind: outcome } = await services.store.remove({ ...trail, verb: "unpublish" }, copyRef, {
        version: copy.version,
        derived: true,
      });
      return outcome === "conflict" ? "conflict" : undefined;
    }
    if (origin.deleted_at !== null) return copy;
    return reviseCopy(services, context, trail, interaction, copy, {
      ...copy,
      origin: { ...origin, deleted_at: deletedAt },
      updated_at: context.now(),
    });
  }
  if (publication.follow || publication.version === 0) {
    if (origin.version >= memory.version && origin.follow === publication.follow) return copy;
    const { made, settings } = await copied(services, memory, publication, origin, undefined);
    return reviseCopy(services, context, { ...trail, settings }, interaction, copy, {
      ...copy,
      ...made,
      updated_at: context.now(),
    });
  }
  if (origin.latest_version >= memory.version) return copy;
  return reviseCopy(services, context, trail, interaction, copy, {
    ...copy,
    origin: { ...origin, latest_version: memory.version },
    updated_at: context.now(),
  });
}

async function reviseCopy(
  services: Carrying,
  context: Context,
  trail: Trail,
  interaction: Interaction | undefined,
  copy: Memory,
  next: Memory,
): Promise<Memory | "conflict"> {
  const restated = restates(copy, next);
  const embedding =
    next.content !== copy.content
      ? await firstEmbedding(services, next.origin?.namespace ?? next.namespace, next.content)
      : undefined;
  const changed = {
    ...next,
    // Its new statement hasn't been confirmed yet.
    quarantined: copy.quarantined || (restated && (await isDistrusted(services, context, next))),
  };
  // The origin's id, not the content, is what a copy is known by.
  const revision = nextVersion(services, copy, changed, {
    interaction,
    embedding,
    evidence: next.evidence,
    // Its origin was compared with what others say.
    compared: false,
    // The copy exists already. Refusing the update would leave a stale copy.
    exempt: true,
  });
  const outcome = await services.store.revise(trail, revision);
  if (outcome.kind !== "revised") return "conflict";
  const { memory } = revision;
  if (embedding !== undefined) afterWrite(services, { memory });
  return { ...memory, updated_at: outcome.since };
}

/** Whether its trust is below the namespace's minimum for published copies. */
async function isDistrusted(
  services: Carrying,
  context: Context,
  copy: Judgeable & Pick<Memory, "namespace" | "source_agent">,
): Promise<boolean> {
  const least = await services.store.publishMinTrust(copy.namespace);
  if (least === null) return false;
  const [accuracy] = await services.accuracies.of([copy]);
  return trustOf(copy, accuracy ?? UNKNOWN_ACCURACY, context.now()).trust < least;
}

/**
 * Evidence for the origin goes along only if the same administration, or an operator, answers for it: an administrator
 * can make any number of agents to confirm with.
 */
async function evidenceOf(
  { agents }: Pick<Carrying, "agents">,
  { evidence, namespace }: Memory,
  to: string,
): Promise<Memory["evidence"]> {
  const { human_confirmed, corroborated_by, since } = evidence;
  const [own = "**", there = "**"] = await agents.administrationsOf([namespace, to]);
  if (!covers(scopeOf(own), scopeOf(there))) return { ...NO_EVIDENCE, since };
  return { ...NO_EVIDENCE, human_confirmed, corroborated_by, since };
}

/**
 * The fields that a copy takes from its origin, and the interaction, without the personal data that the copy's namespace
 * doesn't keep. What it refuses, a copy has marks for: the publisher was refused before, see `refusePii`.
 */
async function copied(
  services: Carrying,
  memory: Memory,
  publication: Publication,
  before: Origin | undefined,
  interaction: Interaction | undefined,
) {
  const { pii, version: settings } = await services.knownDefaults.of(publication.namespace);
  const { fact, content, metadata, tags } = memory;
  const { parts, tags: found } = await treat(services.vault, publication.namespace, redactRefused(pii), {
    content,
    metadata,
    tags,
    fact: fact && { subject: fact.subject, predicate: fact.predicate, object: fact.object },
    interaction,
  });
  const made = await fieldsOf(services, memory, publication, before, {
    ...parts,
    tags: [...parts.tags, ...found],
  });
  return { made, said: parts.interaction, settings };
}

async function fieldsOf(
  services: Carrying,
  memory: Memory,
  publication: Publication,
  before: Origin | undefined,
  said: Pick<Memory, "content" | "metadata" | "tags"> & {
    readonly fact: Pick<Fact, "subject" | "predicate" | "object"> | null;
  },
) {
  return {
    id: memory.id,
    namespace: publication.namespace,
    // In the copy's namespace, the key may be another memory's.
    key: null,
    memory_type: memory.memory_type,
    content: said.content,
    agent_id: memory.agent_id,
    session_id: memory.session_id,
    timestamp: memory.timestamp,
    metadata: said.metadata,
    tags: said.tags,
    trust_score: memory.trust_score,
    derived_from: [],
    source_trust: memory.source_trust,
    evidence: await evidenceOf(services, memory, publication.namespace),
    importance: memory.importance,
    pinned: memory.pinned,
    lifetime: memory.lifetime,
    prolonged_by: memory.prolonged_by,
    source_agent: memory.source_agent,
    expires_at: memory.expires_at,
    valid_from: memory.valid_from,
    valid_to: memory.valid_to,
    superseded_at: null,
    superseded_by: null,
    // The others that it contradicts stayed where it comes from.
    fact: memory.fact === null ? null : { ...memory.fact, ...said.fact, contradicts: [] },
    origin: {
      namespace: memory.namespace,
      id: memory.id,
      version: memory.version,
      latest_version: memory.version,
      published_by: publication.published_by,
      publishers: publishersOf(before, publication),
      published_at: before?.published_at ?? publication.published_at,
      follow: publication.follow,
      deleted_at: null,
    },
  };
}

function publishTrail(context: Context, { namespace, id }: MemoryRef) {
  return trailOf(context, "publish", { ids: [id], other: namespace });
}

/** Embeds in the scope of the origin's namespace: its publisher may read that, and maybe not the copy's. */
function firstEmbedding({ embedder }: Pick<Carrying, "embedder">, origin: string, content: string) {
  return embedAlone(embedder, embeddedIn(origin), content);
}

export interface PublishOutcome {
  /** `created`: there was no copy; `updated`: there was one, which now holds the memory as it is. */
  readonly kind: "created" | "updated";
  readonly copy: Memory;
}
