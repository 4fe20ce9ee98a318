import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError, memoryNotFound } from "../../domain/errors.js";
import type { MemoryRef } from "../model/ref.js";
import { judge } from "../trust/judge.js";
import { versionDone } from "../write/version-done.js";
import type { FirstEmbedding } from "../model/embedding.js";
import type { Memory } from "../model/record.js";
import { isOnTimeline, revise } from "./revise.js";
import type { Revised, Revising, RevisionInput } from "./revise.js";
import type { Using } from "../services.js";
import type { EmbeddingStore } from "../ports/embedding.js";

/**
 * Makes what an old version said the next version. Nothing is undone: the versions in between stay. When the memory
 * ends stays as it is.
 */
export async function restore(
  services: Revising & Using<Pick<EmbeddingStore, "oldVectors">>,
  context: Context,
  ref: MemoryRef,
  version: number,
  expectedVersion: number | undefined,
): Promise<Revised> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verbs: ["read", "write"], act: "restore" });
  const done = await versionDone(services, context, ref.namespace, "restore");
  if (done !== undefined) return { ...(await judge(services, done.memory, context.now())), pii: undefined };
  const found = await store.versions(trailOf(context, "restore", { ids: [ref.id] }), ref, version + 1, 1);
  const [old] = found ?? [];
  if (found === undefined) throw memoryNotFound();
  if (old?.version !== version) {
    throw new DomainError("not_found", "There is no such version of this memory.");
  }
  const { content, metadata, tags, trust_score, importance, source_agent } = old;
  // The content of an episodic memory never changes, nor do its vectors.
  const said =
    old.memory_type === "episodic"
      ? {}
      : { content, source_agent, restored: await restorable(services, ref, old) };
  const input: RevisionInput = {
    ...said,
    ...(old.fact === null ? {} : { fact: { confidence: old.fact.confidence } }),
    ...validityOf(old),
    tags,
    trust_score,
    importance,
    whole_metadata: metadata,
  };
  return revise(services, context, ref, input, expectedVersion);
}

/** When a fact of cardinality one was so, the facts before and after it have their say in. */
function validityOf(old: Memory): Pick<RevisionInput, "valid_from" | "valid_to"> {
  return isOnTimeline(old) ? {} : { valid_from: old.valid_from, valid_to: old.valid_to };
}

/** Its own vectors, which may be the caller's; undefined where not all of them are there, or they are of another model. */
async function restorable(
  { store, embedder }: Using<Pick<EmbeddingStore, "oldVectors">, "embedder">,
  ref: MemoryRef,
  { embedding, version }: Memory,
): Promise<FirstEmbedding | undefined> {
  const model = embedder?.model.id;
  if (embedding.status !== "complete" || model === undefined) return undefined;
  const vectors = await store.oldVectors(ref, version, model);
  if (vectors.length === 0) return undefined;
  return { vectors, status: "complete", model, also: embedder?.also !== undefined };
}
