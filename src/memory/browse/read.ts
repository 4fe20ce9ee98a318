import { authorize } from "../../access/authorize.js";
import { allowsIn } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError, memoryNotFound } from "../../domain/errors.js";
import { explainExpiry } from "../lifecycle/decay.js";
import type { Expiry } from "../lifecycle/decay.js";
import { freeOrphans } from "../lifecycle/free-orphans.js";
import { judge } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import { refuseFuture } from "../model/moment.js";
import type { MemoryRef } from "../model/ref.js";
import { seesQuarantine } from "../trust/quarantine.js";
import type { MemoryDetail } from "../model/record.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { RecordStore } from "../ports/records.js";
import type { LifecycleStore } from "../ports/lifecycle.js";

/** A memory with why it ends when it does; undefined as of the past. */
export interface ReadMemory extends MemoryDetail {
  readonly expiry?: Expiry | undefined;
}

export interface ReadOptions {
  /** As it was then; undefined: as it is. */
  readonly asOf?: number | undefined;
  /** Whether the content of an archived memory is read from the archive. */
  readonly includeArchive?: boolean;
}

/**
 * One memory with its interaction, from the primary: it sees every acknowledged write. With `asOf`, as it was then; `history_expired` if that
 * version isn't kept any more.
 */
export async function read(
  services: Using<RecordStore & LifecycleStore, "archive" | "audit" | "accuracies" | "maxLives">,
  context: Context,
  ref: MemoryRef,
  { asOf, includeArchive = false }: ReadOptions = {},
): Promise<Judged<ReadMemory>> {
  const { store, audit, maxLives } = services;
  refuseFuture(asOf, context.now());
  await authorize(audit, context, ref.namespace, { verb: "read", act: "read" });
  const trail = trailOf(context, "read", { ids: [ref.id] });
  let memory = await store.get(trail, ref, asOf);
  const orphaned = typeof memory === "object" && asOf === undefined ? [memory] : [];
  if (await freeOrphans(services, context.requestId, orphaned)) memory = await store.get(trail, ref);
  if (memory === "ended")
    throw new DomainError("history_expired", "This time is older than the versions that are kept.");
  if (memory === undefined || !isAlive(memory, context.now())) throw memoryNotFound();
  const { grants } = context.actor;
  if (memory.quarantined && !seesQuarantine(grants, ref.namespace)) throw memoryNotFound();
  if (includeArchive) memory = (await services.archive.refill([memory])).memories[0] ?? memory;
  const publications = memory.publications.filter(({ namespace }) => allowsIn(grants, "read", namespace));
  const expiry = memory.uses === undefined ? undefined : explainExpiry(memory, memory.uses, maxLives);
  return judge(services, { ...memory, publications, expiry }, asOf ?? context.now());
}
