import type { Condition } from "./condition.js";
import { fulfils } from "./fulfils.js";
import type { IndexClause } from "./indexed.js";
import { atLeast, isIndexed } from "./indexed.js";
import { FilterProblem, parseCondition } from "./parse.js";
import {
  agentFacet,
  ARCHIVED_FACET,
  eachFacet,
  ITEM_FACET,
  objectFacet,
  predicateFacet,
  sessionFacet,
  subjectFacet,
  tagFacet,
  typeFacet,
} from "../model/facets.js";
import { invalid } from "../../domain/errors.js";
import type { JsonObject } from "../../domain/json.js";
import type { Memory, MemoryType } from "../model/record.js";

/** Conditions of a list or a recall. All given parts must hold; an array means any of its values. */
export interface MemoryFilter {
  readonly memory_types?: readonly MemoryType[] | undefined;
  /** Only items: memories under a key. */
  readonly items_only?: boolean | undefined;
  readonly agent_id?: readonly string[] | undefined;
  readonly session_id?: readonly string[] | undefined;
  /** Every one of these. */
  readonly tags?: readonly string[] | undefined;
  /** At least one of these tags. */
  readonly tags_any?: readonly string[] | undefined;
  /** Bounds of `timestamp`, in milliseconds; `from` is included, `to` is not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /**
   * Mirrors the memory's metadata: `{ "customer": { "plan": "gold" } }`. A scalar must equal the value
   * there, or be an element of the array there; an array means any of its elements; operators compare and combine:
   * see {@link parseCondition}.
   */
  readonly metadata?: JsonObject | undefined;
  /** Only archived memories, or only others. */
  readonly archived?: boolean | undefined;
  /** Facts with these names, as names are compared; aliases aren't looked up. */
  readonly fact?: FactFilter | undefined;
}

export interface FactFilter {
  readonly subject?: readonly string[] | undefined;
  readonly predicate?: readonly string[] | undefined;
  readonly object?: readonly string[] | undefined;
}

/** A filter in the form that an index understands: each group needs one of its facets; and a range of time. */
export interface FacetQuery extends MetadataQuery {
  readonly groups: readonly (readonly string[])[];
  /** None of these. */
  readonly without?: readonly string[];
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The part of it that groups can't say; neither is there for a filter that only asks for values. */
export interface MetadataQuery {
  /** Each of them lets through all that fulfils the filter, and maybe more. */
  readonly clauses?: readonly IndexClause[];
  /** The part of the metadata filter that the index can't decide by itself. */
  readonly condition?: Condition;
}

export function facetQuery(filter: MemoryFilter): FacetQuery {
  const groups: string[][] = [];
  if (filter.memory_types !== undefined) groups.push(filter.memory_types.map(typeFacet));
  if (filter.items_only === true) groups.push([ITEM_FACET]);
  if (filter.agent_id !== undefined) groups.push(filter.agent_id.map(agentFacet));
  if (filter.session_id !== undefined) groups.push(filter.session_id.map(sessionFacet));
  for (const tag of filter.tags ?? []) groups.push([tagFacet(tag)]);
  if (filter.tags_any !== undefined) groups.push(filter.tags_any.map(tagFacet));
  const metadata = metadataQuery(filter.metadata ?? {}, groups);
  const { subject, predicate, object } = filter.fact ?? {};
  if (subject !== undefined) groups.push(subject.map(subjectFacet));
  if (predicate !== undefined) groups.push(predicate.map(predicateFacet));
  if (object !== undefined) groups.push(object.map(objectFacet));
  if (filter.archived === true) groups.push([ARCHIVED_FACET]);
  const without = filter.archived === false ? { without: [ARCHIVED_FACET] } : {};
  return { groups, ...without, from: filter.from, to: filter.to, ...metadata };
}

/** Whether a memory fulfils a filter; the same answer as the index gives, from the memory itself. */
export function matches(memory: Memory, query: FacetQuery): boolean {
  if (query.from !== undefined && memory.timestamp < query.from) return false;
  if (query.to !== undefined && memory.timestamp >= query.to) return false;
  if (query.condition !== undefined && !fulfils(memory.metadata, query.condition)) return false;
  const open = new Set(query.groups);
  const without = query.without ?? [];
  if (open.size === 0 && without.length === 0) return true;
  for (const facet of eachFacet(memory)) {
    if (without.includes(facet)) return false;
    for (const group of open) if (group.includes(facet)) open.delete(group);
    if (open.size === 0 && without.length === 0) return true;
  }
  return open.size === 0;
}

/** Puts into `groups` what they can say. */
function metadataQuery(metadata: JsonObject, groups: string[][]): MetadataQuery {
  if (Object.keys(metadata).length === 0) return {};
  const condition = parsed(metadata);
  const clauses: IndexClause[] = [];
  for (const part of condition.kind === "all" ? condition.of : [condition]) {
    const clause = atLeast(part);
    if (clause?.kind === "facets") groups.push([...clause.facets]);
    else if (clause !== undefined) clauses.push(clause);
  }
  return {
    ...(clauses.length === 0 ? {} : { clauses }),
    ...(clauses.length === 0 && isIndexed(condition) ? {} : { condition }),
  };
}

/** A request's filter was read once already, so this is that of a receipt of an older release, or a mistake of ours. */
function parsed(metadata: JsonObject): Condition {
  try {
    return parseCondition(metadata);
  } catch (error) {
    if (error instanceof FilterProblem) throw invalid(["metadata", ...error.place].join("."), error.message);
    throw error;
  }
}

/** Whether records must be checked, because the index may let through some that don't fulfil the filter. */
export function needsLook(query: FacetQuery): query is FacetQuery & { readonly condition: Condition } {
  return query.condition !== undefined && !isIndexed(query.condition);
}
