import type { PendingFeedback, TrustStore } from "../ports/trust.js";
import type { Using } from "../services.js";

/** Counts the verdicts on a memory for its author, under the administration of its namespace. Idempotent. */
export async function settleFeedback(
  { store, agents, accuracies }: Using<Pick<TrustStore, "settleFeedback">, "agents" | "accuracies">,
  pending: PendingFeedback,
): Promise<void> {
  if (pending.votes.length === 0) return;
  await agents.count(pending.author, pending.namespace, pending.votes);
  accuracies.forget(pending.author);
  await store.settleFeedback(pending);
}
