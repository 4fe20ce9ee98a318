import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { memoryNotFound } from "../../domain/errors.js";
import { judgeAll } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { MemoryRef } from "../model/ref.js";
import { seesQuarantine } from "../trust/quarantine.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { RecordStore } from "../ports/records.js";

export interface VersionsInput {
  /** Only versions below this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface VersionsOutcome {
  /** The newest first. */
  readonly versions: readonly Judged[];
  /** The next page's `before`; undefined at the end. */
  readonly next: number | undefined;
}

/** A memory's versions, each as it was recorded. */
export async function versions(
  services: Using<RecordStore, "audit" | "accuracies">,
  context: Context,
  ref: MemoryRef,
  { before, limit }: VersionsInput,
): Promise<VersionsOutcome> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "read", act: "versions" });
  const found = await store.versions(trailOf(context, "versions", { ids: [ref.id] }), ref, before, limit);
  if (found === undefined || found.some((memory) => !isAlive(memory, context.now()))) throw memoryNotFound();
  const hidden = found.some(({ quarantined }) => quarantined);
  if (hidden && !seesQuarantine(context.actor.grants, ref.namespace)) throw memoryNotFound();
  const last = found.at(-1);
  const more = found.length === limit && last !== undefined && last.version > 1;
  return { versions: await judgeAll(services, found, context.now()), next: more ? last.version : undefined };
}
