import { metadataFacet } from "../model/facets.js";
import type { Condition } from "./condition.js";

/** A condition in the form that an index understands. */
export type IndexClause =
  /** One of these facets. */
  | { readonly kind: "facets"; readonly facets: readonly string[] }
  | { readonly kind: "all" | "any"; readonly of: readonly IndexClause[] }
  | { readonly kind: "not"; readonly of: IndexClause };

/** Whether the index alone decides a condition: it knows a memory's values, but not how they compare. */
export function isIndexed(condition: Condition): boolean {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.of.every(isIndexed);
    case "not":
      return isIndexed(condition.of);
    default:
      return condition.kind === "equals";
  }
}

/** Lets through all that fulfils the condition, and maybe more; undefined: everything. */
export function atLeast(condition: Condition): IndexClause | undefined {
  switch (condition.kind) {
    case "equals":
      return { kind: "facets", facets: [metadataFacet(condition.path, condition.value)] };
    case "compares":
    case "exists":
      return undefined;
    case "not":
      return negated(atMost(condition.of));
    case "all":
      return joined("all", condition.of.map(atLeast).filter(isDefined));
    case "any": {
      const parts = condition.of.map(atLeast);
      return parts.every(isDefined) ? joined("any", parts) : undefined;
    }
  }
}

/** Lets through only what fulfils the condition, and maybe not all of it; undefined: nothing. */
function atMost(condition: Condition): IndexClause | undefined {
  switch (condition.kind) {
    case "equals":
      return atLeast(condition);
    case "compares":
    case "exists":
      return undefined;
    case "not":
      return negated(atLeast(condition.of));
    case "all": {
      const parts = condition.of.map(atMost);
      return parts.every(isDefined) ? joined("all", parts) : undefined;
    }
    case "any":
      return joined("any", condition.of.map(atMost).filter(isDefined));
  }
}

const negated = (of: IndexClause | undefined): IndexClause | undefined =>
  of === undefined ? undefined : { kind: "not", of };

const isDefined = (clause: IndexClause | undefined): clause is IndexClause => clause !== undefined;

/** Without parts, `all` lets everything through and `any` nothing: both are undefined here. */
function joined(kind: "all" | "any", parts: readonly IndexClause[]): IndexClause | undefined {
  const facets = parts.flatMap((part) => (part.kind === "facets" ? part.facets : []));
  if (kind === "any" && facets.length > 0 && parts.every((part) => part.kind === "facets")) {
    return { kind: "facets", facets };
  }
  const [only, ...others] = parts;
  if (only === undefined || others.length === 0) return only;
  return { kind, of: parts };
}
