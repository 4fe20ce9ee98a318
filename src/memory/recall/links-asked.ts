import type { RecallInput } from "../ports/recall-input.js";
import { chainAsked } from "../text/chain-asked.js";
import { askedIn } from "../text/asked.js";

/** Hops that a recall walks by itself where its question asks along a chain. */
const HOPS = 3;

/**
 * How many hops to walk from the entities that a query names; 0: their own facts alone, without a walk. Undefined: they
 * don't count. A question that asks along a chain of relations is walked unless the caller says otherwise.
 */
export function linksAsked({ expand, mode, fusion, query }: RecallInput): number | undefined {
  if (expand === "none") return undefined;
  if (expand === "entities") return 0;
  if (expand !== undefined) return expand.hops;
  const counts = mode === "hybrid" && fusion.method === "auto";
  return counts && chainAsked(askedIn(query) ?? query) ? HOPS : undefined;
}
