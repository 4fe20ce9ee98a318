import { carryPublication } from "./carry-publication.js";
import type { Carrying, PublishOutcome } from "./carry-publication.js";
import { judge } from "../trust/judge.js";
import { seesQuarantine } from "../trust/quarantine.js";
import type { Judged } from "../trust/judge.js";
import type { Services } from "../services.js";
import type { Context } from "../../domain/context.js";
import type { MemoryRef } from "../model/ref.js";
import { thaw } from "../archive/thaw.js";
import { authorize } from "../../access/authorize.js";
import { DomainError, invalid, memoryNotFound } from "../../domain/errors.js";
import { trailOf } from "../../access/trail.js";
import { onlyRefused } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import type { MemoryDetail, Publication } from "../model/record.js";
import { LIMITS } from "../../domain/limits.js";

export interface PublishInput {
  /** The namespace to publish to. */
  readonly to: string;
  /** Whether later revisions and the end of the memory are carried over; else its copy is marked as outdated. */
  readonly follow: boolean;
}

/** The time that the publisher has to carry the copy over before a sweep does, in milliseconds. */
const CARRY_GRACE_MS = 10_000;

/** As {@link PublishOutcome}, with the copy's trust. */
export interface Published extends PublishOutcome {
  readonly copy: Judged;
}

/**
 * Copies a memory into a shared namespace, with its origin. The copy has the memory's own id there. Publishing again
 * changes nothing, or brings the copy up to date.
 *
 * Two namespaces, so two steps, each idempotent: a note on the memory, then its copy. If the second one fails, a sweep
 * finds the note and does it.
 */
export async function publish(
  services: Carrying & Pick<Services, "archive" | "audit">,
  context: Context,
  ref: MemoryRef,
  { to, follow }: PublishInput,
): Promise<Published> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "read", act: "publish" });
  await authorize(audit, context, to, { verb: "publish", act: "publish" });
  if (to === ref.namespace) throw invalid("to", "Must be another namespace than the memory's own.");
  const trail = trailOf(context, "publish", { ids: [ref.id], other: to });
  const [found, there] = await Promise.all([store.peek(ref), store.peek({ namespace: to, id: ref.id })]);
  if (found?.quarantined === true && !seesQuarantine(context.actor.grants, ref.namespace)) {
    await audit.record(ref.namespace, trail, "missing");
    throw memoryNotFound();
  }
  // The same id there is this memory's copy; unless it came there from elsewhere, or is where this one comes from.
  if (found !== undefined && there !== undefined && there.origin?.namespace !== ref.namespace) {
    await audit.record(ref.namespace, trail, "conflict");
    throw foreign();
  }

  // The copy gets its whole content.
  const own = found !== undefined && (await thaw(services, context, found)) ? await store.peek(ref) : found;
  if (own !== undefined) await refusePii(services, to, own);

  const now = context.now();
  const publication: Publication = {
    namespace: to,
    follow,
    published_by: context.actor.agent,
    published_by_key: context.actor.keyId ?? undefined,
    published_at: now,
    version: 0,
  };
  const noted = await store.notePublication(trail, ref, publication, now + CARRY_GRACE_MS);
  if (noted === "missing") throw memoryNotFound();
  if (noted === "too_many") {
    throw invalid("to", `A memory can be published to ${LIMITS.publications} namespaces at most.`);
  }
  try {
    const carried = await carryPublication(services, context, noted, publication);
    if (carried === undefined) throw foreign();
    await store.settlePublication(noted, to, noted.memory?.version);
    return { ...carried, copy: await judge(services, carried.copy, context.now()) };
  } catch (error) {
    // A permanent refusal: a sweep must not try again and again.
    if (error instanceof DomainError && error.retryAfterSeconds === undefined) {
      await store.settlePublication(noted, to, undefined);
    }
    throw error;
  }
}

/** What the target namespace refuses to have written isn't published there either. */
async function refusePii(
  { knownDefaults, vault }: Pick<Services, "knownDefaults" | "vault">,
  to: string,
  { content, metadata, tags, fact, interaction }: MemoryDetail,
): Promise<void> {
  const { pii } = await knownDefaults.of(to);
  await treat(vault, to, onlyRefused(pii), { content, metadata, tags, fact, interaction });
}

function foreign(): DomainError {
  return new DomainError(
    "publish_conflict",
    "The target namespace already holds an independent memory with this content.",
    {
      errors: [{ field: "to", message: "The target namespace already holds this content." }],
    },
  );
}
