import { hash } from "node:crypto";
import { jsonLeaves } from "../../domain/json.js";
import type { JsonScalar } from "../../domain/json.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { isStandingRule } from "../text/standing-rule.js";
import { setOfPart } from "./parts.js";
import type { Memory, MemoryType } from "./record.js";

/**
 * What the facets of each kind begin with, or are: the only list. No two kinds may begin alike, so a new kind gets a
 * text that none here begins with. lua/facets.lua has a copy of those that scripts change.
 */
export const FACETS = {
  memoryType: "type=",
  agent: "a",
  session: "s",
  tag: "t",
  metadata: "m",
  /** A namespace above the memory's. */
  below: "n",
  /** The same of old versions, and of what is hidden by what superseded it. */
  oldBelow: "o",
  subject: "fs",
  predicate: "fp",
  object: "fo",
  item: "item",
  /** An item that holds a part of another item's value: see parts.ts. */
  part: "part",
  /** A standing rule of the user's: see text/standing-rule.ts. */
  rule: "rule",
  fact: "fact",
  /** A published copy in quarantine. */
  quarantine: "q",
  /** A superseded memory: lua/supersede.lua sets it. */
  superseded: "x",
  /** An archived memory: archive/lua/leave-stubs.lua sets it. */
  archived: "z",
} as const;

/**
 * A facet is one thing that a memory can be filtered on, as a token of a fixed alphabet.
 *
 * Callers' text is hashed into it: RediSearch trims tag values, limits their length, and lets separators
 * and query syntax through, so the text itself could be cut, split, or change the meaning of a query.
 * With 96 bits of SHA-256, no two values will ever share a facet.
 */
function facet(kind: keyof typeof FACETS, ...parts: readonly (string | JsonScalar)[]): string {
  return FACETS[kind] + hash("sha256", JSON.stringify(parts), "base64url").slice(0, 16);
}

export const QUARANTINE_FACET = FACETS.quarantine;
export const SUPERSEDED_FACET = FACETS.superseded;
export const ARCHIVED_FACET = FACETS.archived;
/** The facet of an item: a memory with a key. */
export const ITEM_FACET = FACETS.item;
export const PART_FACET = FACETS.part;
export const RULE_FACET = FACETS.rule;
/** The facet of every fact. */
export const FACT_FACET = FACETS.fact;

export const typeFacet = (type: MemoryType): string => FACETS.memoryType + type;
export const agentFacet = (agentId: string): string => facet("agent", agentId);
export const sessionFacet = (sessionId: string): string => facet("session", sessionId);
export const tagFacet = (tag: string): string => facet("tag", tag);
/** The facet of everything below a namespace. */
export const belowFacet = (namespace: string): string => facet("below", namespace);
export const oldBelowFacet = (namespace: string): string => facet("oldBelow", namespace);
/** The namespace of old versions in the index, so that only questions about the past find them. */
export const oldNamespace = (namespace: string): string => `${namespace}~`;
export const metadataFacet = (path: readonly string[], value: JsonScalar): string =>
  facet("metadata", ...path, 0, value);

/** The facets of names, in the form of {@link normaliseName}. */
export const subjectFacet = (subject: string): string => facet("subject", normaliseName(subject));
export const predicateFacet = (predicate: string): string => facet("predicate", normaliseName(predicate));
export const objectFacet = (object: string): string => facet("object", normaliseName(object));

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
> &
  Partial<Pick<Memory, "archived">>;

/**
 * All facets that a memory is written with, each once; also one for each namespace that its own lies in. Scripts change
 * those of stored records, so these never replace what a record has.
 */
export function facetsOf(memory: Faceted & Pick<Memory, "content">): string[] {
  const above = ancestors(memory.namespace).map(belowFacet);
  const held = memory.quarantined ? [QUARANTINE_FACET] : [];
  const rule = isStandingRule(memory.content) ? [RULE_FACET] : [];
  return [...new Set([...eachFacet(memory), ...above, ...held, ...rule])];
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
  if (setOfPart(memory) !== undefined) yield PART_FACET;
  if (memory.archived != null) yield ARCHIVED_FACET;
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
