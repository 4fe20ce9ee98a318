import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError, memoryNotFound } from "../../domain/errors.js";
import { judge } from "./judge.js";
import type { Judged } from "./judge.js";
import type { MemoryRef } from "../model/ref.js";
import { mayRelease } from "../model/publishers.js";
import type { FeedbackOutcome } from "../model/record.js";
import type { Using } from "../services.js";
import { settleFeedback } from "./settle-feedback.js";
import type { RecordStore } from "../ports/records.js";
import type { TrustStore } from "../ports/trust.js";

export interface FeedbackInput {
  readonly outcome: FeedbackOutcome;
  /** `human`: the caller's key is a person's. */
  readonly by: "human" | "agent";
}

/** The time that the process of a verdict has to count it for the author before a sweep does, in milliseconds. */
const COUNT_GRACE_MS = 10_000;

/**
 * Notes a caller's feedback on a memory; no version is made. Repeated feedback changes nothing; a caller's later
 * verdict replaces its earlier one. A human's confirmation lets a copy out of quarantine.
 *
 * The memory and the registry of agents are two slots, so two steps, each idempotent: the verdict on the memory, then
 * the author's count. If the second one fails, a sweep finds the first and does it.
 */
export async function feedback(
  services: Using<RecordStore & TrustStore, "audit" | "agents" | "accuracies">,
  context: Context,
  ref: MemoryRef,
  { outcome, by }: FeedbackInput,
): Promise<Judged> {
  const { store, audit } = services;
  await authorize(audit, context, ref.namespace, { verbs: ["write", "read"], act: "feedback" });
  const trail = trailOf(context, "feedback", { ids: [ref.id] });
  if (by === "human" && !context.actor.human) {
    await audit.denied({ ...trail, other: ref.namespace });
    throw new DomainError("forbidden", "by: this API key isn't allowed to submit human feedback.");
  }
  const said = {
    outcome,
    by,
    agent: context.actor.agent,
    releases: await mayConfirm(services, context, ref),
  };
  const noted = await store.noteFeedback(trail, ref, said, COUNT_GRACE_MS);
  if (noted === undefined) throw memoryNotFound();
  try {
    await settleFeedback(services, noted.pending);
  } catch {
    // It is on the memory, and a sweep counts it.
  }
  return judge(services, noted.memory, context.now());
}

/**
 * Whether a human's confirmation lets a copy out of quarantine: as with a release, not a confirmation by its publisher.
 */
async function mayConfirm(
  { store }: Using<Pick<RecordStore, "peek">>,
  { actor }: Context,
  ref: MemoryRef,
): Promise<boolean> {
  if (!actor.human) return false;
  const memory = await store.peek(ref);
  return memory === undefined || mayRelease(actor, memory);
}
