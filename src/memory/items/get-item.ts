import { authorize } from "../../access/authorize.js";
import { allowsIn } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { itemNotFound } from "../../domain/errors.js";
import { judge } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { ItemRef } from "../model/ref.js";
import type { MemoryDetail } from "../model/record.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { RecordStore } from "../ports/records.js";

/** A memory by its key, from the primary: it sees every acknowledged write. */
export async function getItem(
  services: Using<RecordStore, "audit" | "accuracies">,
  context: Context,
  ref: ItemRef,
): Promise<Judged<MemoryDetail>> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verb: "read", act: "item.get" });
  const memory = await store.getItem(trailOf(context, "item.get"), ref);
  if (memory === undefined || !isAlive(memory, context.now())) throw itemNotFound();
  const { grants } = context.actor;
  const publications = memory.publications.filter(({ namespace }) => allowsIn(grants, "read", namespace));
  return judge(services, { ...memory, publications }, context.now());
}
