import { allowsIn } from "../../access/grants.js";
import type { Context } from "../../domain/context.js";
import type { Memory } from "../model/record.js";
import { restates } from "./author-of.js";

type Held = Pick<Memory, "namespace" | "content" | "metadata" | "key" | "source_agent" | "trust_score">;

/**
 * The `trust_score` of a next version as far as the caller may set it: the author's doubt in what stays said, only the
 * author and who administers the namespace may lessen.
 */
export function trustScoreBy(
  { actor }: Pick<Context, "actor">,
  current: Held,
  next: Pick<Memory, "content" | "metadata" | "key" | "trust_score">,
): number {
  const lessens = next.trust_score > current.trust_score && !restates(current, next);
  if (!lessens || actor.agent === current.source_agent) return next.trust_score;
  return allowsIn(actor.grants, "admin", current.namespace) ? next.trust_score : current.trust_score;
}
