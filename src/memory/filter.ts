import {
  agentFacet,
  eachFacet,
  ITEM_FACET,
  metadataFacet,
  objectFacet,
  predicateFacet,
  sessionFacet,
  subjectFacet,
  tagFacet,
  typeFacet,
} from "./facets.js";
import type { JsonObject, JsonScalar } from "../domain/json.js";
import { jsonLeaves } from "../domain/json.js";
import type { Memory, MemoryType } from "./record.js";

/** What a caller may narrow a list or a recall by. All given parts must hold; an array means any of its values. */
export interface MemoryFilter {
  readonly memory_types?: readonly MemoryType[] | undefined;
  /** Only items: memories under a key. */
  readonly items_only?: boolean | undefined;
  readonly agent_id?: readonly string[] | undefined;
  readonly session_id?: readonly string[] | undefined;
  /** Every one of these. */
  readonly tags?: readonly string[] | undefined;
  /** At least one of these. */
  readonly tags_any?: readonly string[] | undefined;
  /** Of `timestamp`, in milliseconds; `from` is included, `to` is not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /**
   * Mirrors the memory's metadata: `{ "customer": { "plan": "gold" } }`. A scalar must equal the value
   * there, or be an element of the array there; an array means any of its scalars.
   */
  readonly metadata?: JsonObject | undefined;
  /** Facts with these names, as names are compared; aliases aren't looked up. */
  readonly fact?: FactFilter | undefined;
}

export interface FactFilter {
  readonly subject?: readonly string[] | undefined;
  readonly predicate?: readonly string[] | undefined;
  readonly object?: readonly string[] | undefined;
}

/** A filter in the form that an index understands: each group needs one of its facets; and a range of time. */
export interface FacetQuery {
  readonly groups: readonly (readonly string[])[];
  /** None of these. */
  readonly without?: readonly string[];
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export function facetQuery(filter: MemoryFilter): FacetQuery {
  const groups: string[][] = [];
  if (filter.memory_types !== undefined) groups.push(filter.memory_types.map(typeFacet));
  if (filter.items_only === true) groups.push([ITEM_FACET]);
  if (filter.agent_id !== undefined) groups.push(filter.agent_id.map(agentFacet));
  if (filter.session_id !== undefined) groups.push(filter.session_id.map(sessionFacet));
  for (const tag of filter.tags ?? []) groups.push([tagFacet(tag)]);
  if (filter.tags_any !== undefined) groups.push(filter.tags_any.map(tagFacet));
  for (const { path, values } of metadataConditions(filter.metadata ?? {})) {
    groups.push(values.map((value) => metadataFacet(path, value)));
  }
  const { subject, predicate, object } = filter.fact ?? {};
  if (subject !== undefined) groups.push(subject.map(subjectFacet));
  if (predicate !== undefined) groups.push(predicate.map(predicateFacet));
  if (object !== undefined) groups.push(object.map(objectFacet));
  return { groups, from: filter.from, to: filter.to };
}

/** Whether a memory fulfils a filter; the same answer as the index gives, from the memory itself. */
export function matches(memory: Memory, query: FacetQuery): boolean {
  if (query.from !== undefined && memory.timestamp < query.from) return false;
  if (query.to !== undefined && memory.timestamp >= query.to) return false;
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

interface MetadataCondition {
  readonly path: readonly string[];
  readonly values: JsonScalar[];
}

function metadataConditions(metadata: JsonObject): MetadataCondition[] {
  const conditions = new Map<string, MetadataCondition>();
  for (const { path, value } of jsonLeaves(metadata)) {
    const key = JSON.stringify(path);
    const condition = conditions.get(key);
    if (condition === undefined) conditions.set(key, { path, values: [value] });
    else condition.values.push(value);
  }
  return [...conditions.values()];
}
