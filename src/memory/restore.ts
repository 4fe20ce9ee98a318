import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError, memoryNotFound } from "../domain/errors.js";
import type { Judged } from "./judge.js";
import type { MemoryRef } from "./ports.js";
import { revise } from "./revise.js";
import type { Services } from "./services.js";

/**
 * Makes what an old version said the next version. Nothing is undone: the versions in between stay. When the memory
 * ends stays as it is.
 */
export async function restore(
  services: Services,
  context: Context,
  ref: MemoryRef,
  version: number,
  expectedVersion: number | undefined,
): Promise<Judged> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "read", act: "restore" });
  await authorize(audit, context, ref.namespace, { verb: "write", act: "restore" });
  const found = await store.versions(trailOf(context, "restore", { ids: [ref.id] }), ref, version + 1, 1);
  const [old] = found ?? [];
  if (found === undefined) throw memoryNotFound();
  if (old?.version !== version) {
    throw new DomainError("not_found", "There is no such version of this memory.");
  }
  const { content, metadata, tags, trust_score, valid_from, valid_to } = old;
  const changed = old.memory_type === "episodic" ? {} : { content };
  const input = { ...changed, tags, trust_score, valid_from, valid_to, whole_metadata: metadata };
  return revise(services, context, ref, input, expectedVersion);
}
