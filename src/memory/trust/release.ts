import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError, memoryNotFound } from "../../domain/errors.js";
import { judge } from "./judge.js";
import type { Judged } from "./judge.js";
import type { MemoryRef } from "../model/ref.js";
import { mayRelease } from "../model/publishers.js";
import type { Using } from "../services.js";
import type { RecordStore } from "../ports/records.js";
import type { TrustStore } from "../ports/trust.js";

/**
 * Lets a published copy out of its namespace's quarantine; a copy that isn't in it stays as it is. It takes another
 * caller than its publisher.
 */
export async function release(
  services: Using<RecordStore & TrustStore, "audit" | "accuracies">,
  context: Context,
  ref: MemoryRef,
): Promise<Judged> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verbs: ["publish", "read"], act: "release" });
  const trail = trailOf(context, "release", { ids: [ref.id] });
  const copy = await store.peek(ref);
  if (copy?.quarantined === true && !mayRelease(context.actor, copy)) {
    await audit.denied({ ...trail, other: ref.namespace });
    throw new DomainError(
      "forbidden",
      "A copy can't be released by its publisher, or by a key that its publisher created.",
    );
  }
  const memory = await store.release(trail, ref);
  if (memory === undefined) throw memoryNotFound();
  return judge(services, memory, context.now());
}
