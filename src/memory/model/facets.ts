import { hash } from "node:crypto";
import { jsonLeaves } from "../../domain/json.js";
import type { JsonScalar } from "../../domain/json.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Memory, MemoryType } from "./record.js";

/**
 * A facet is one thing that a memory can be filtered on, as a token of a fixed alphabet.
 *
 * Callers' text is hashed into it: RediSearch trims tag values, limits their length, and lets separators
 * and query syntax through, so the text itself could be cut, split, or change the meaning of a query.
 * With 96 bits of SHA-256, no two values will ever share a facet.
 */
function facet(kind: string, ...parts: readonly (string | JsonScalar)[]): string {
  return kind + hash("sha256", JSON.stringify(parts), "base64url").slice(0, 16);
}

/** The facet of a published copy in quarantine. */
export const QUARANTINE_FACET = "q";

/** The facet of a superseded memory: lua/supersede.lua sets it. */
export const SUPERSEDED_FACET = "x";

export const typeFacet = (type: MemoryType): string => `type=${type}`;
export const agentFacet = (agentId: string): string => facet("a", agentId);
export const sessionFacet = (sessionId: string): string => facet("s", sessionId);
/** The facet of an item: a memory with a key. */
export const ITEM_FACET = "item";
export const tagFacet = (tag: string): string => facet("t", tag);
/** The facet of everything below a namespace. */
export const belowFacet = (namespace: string): string => facet("n", namespace);
/** The same facet for old versions: lua/versions.lua replaces one by the other. */
export const oldBelowFacet = (namespace: string): string => facet("o", namespace);
/** The namespace of old versions in the index, so that only questions about the past find them. */
export const oldNamespace = (namespace: string): string => `${namespace}~`;
export const metadataFacet = (path: readonly string[], value: JsonScalar): string =>
  facet("m", ...path, 0, value);

/** The facet of every fact. */
export const FACT_FACET = "fact";
/** The facets of names, in the form of {@link normaliseName}. */
export const subjectFacet = (subject: string): string => facet("fs", normaliseName(subject));
export const predicateFacet = (predicate: string): string => facet("fp", normaliseName(predicate));
export const objectFacet = (object: string): string => facet("fo", normaliseName(object));

type Faceted = Pick<
  Memory,
  | "namespace"
  | "key"
  | "memory_type"
  | "agent_id"
  | "session_id"
  | "tags"
  | "metadata"
  | "fact"
  | "quarantined"
>;

/** All facets of a memory, each once; also one for each namespace that its own lies in. */
export function facetsOf(memory: Faceted): string[] {
  const above = ancestors(memory.namespace).map(belowFacet);
  return [...new Set([...eachFacet(memory), ...above, ...(memory.quarantined ? [QUARANTINE_FACET] : [])])];
}

function ancestors(namespace: string): string[] {
  const labels = namespace.split(".");
  return labels.slice(1).map((_, index) => labels.slice(0, index + 1).join("."));
}

/**
 * Yields the facets that filters can ask for. A generator, because each takes a digest, and metadata may have hundreds:
 * a caller stops once it has seen enough.
 */
export function* eachFacet(memory: Faceted): Generator<string, void> {
  yield typeFacet(memory.memory_type);
  if (memory.key !== null) yield ITEM_FACET;
  if (memory.agent_id !== null) yield agentFacet(memory.agent_id);
  if (memory.session_id !== null) yield sessionFacet(memory.session_id);
  if (memory.fact !== null) {
    yield FACT_FACET;
    yield subjectFacet(memory.fact.subject);
    yield predicateFacet(memory.fact.predicate);
    yield objectFacet(memory.fact.object);
  }
  for (const tag of memory.tags) yield tagFacet(tag);
  for (const { path, value } of jsonLeaves(memory.metadata)) yield metadataFacet(path, value);
}
