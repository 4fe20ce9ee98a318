import { createHash } from "node:crypto";
import { LIMITS } from "../../domain/limits.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { truncateUtf8 } from "../../memory/text/truncate.js";

/** Names the source of memories that have the form of the `memory` reference server of MCP. */
export const REFERENCE = "mcp-memory";

export const TYPE = "is_a";
export const OBSERVATION = "observation";

const NAME_BYTES = 200;

/** The parts of a fact. */
export interface Statement {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

/** A part of the reference server's graph as mneme keeps it. */
export interface Kept {
  /** The same for the same part, so that a filter finds it. */
  readonly ref: string;
  /** Undefined: the observation is too long for a fact, and is a memory in words. */
  readonly fact: Statement | undefined;
}

export interface KeptObservation extends Kept {
  /** The value of `metadata.entity`. */
  readonly entity: string;
}

export interface Relation {
  readonly from: string;
  readonly to: string;
  readonly relationType: string;
}

export function keptType(name: string, type: string): Kept {
  return {
    ref: hashedRef(REFERENCE, "type", name, type),
    fact: { subject: name, predicate: TYPE, object: type },
  };
}

export function keptObservation(name: string, text: string): KeptObservation {
  return {
    ref: hashedRef(REFERENCE, "observation", name, text),
    entity: shortName(name),
    fact: isFactName(text) ? { subject: name, predicate: OBSERVATION, object: text } : undefined,
  };
}

export function keptRelation({ from, relationType, to }: Relation): Kept {
  return {
    ref: hashedRef(REFERENCE, "relation", from, relationType, to),
    fact: { subject: from, predicate: relationType, object: to },
  };
}

/** The content of an observation, which begins with the entity's name. */
export function observationContent(name: string, text: string): string {
  return `${name}: ${text}`;
}

/** The observation that {@link observationContent} made the content of. */
export function observationIn(name: string, content: string): string {
  const label = observationContent(name, "");
  return content.startsWith(label) ? content.slice(label.length) : content;
}

/** Whether a text is short enough to be a name of a fact. */
export function isFactName(text: string): boolean {
  return Buffer.byteLength(text) <= LIMITS.identifierBytes;
}

/** A key by which equal relations are equal: names are compared as mneme compares them. */
export function relationKey({ from, relationType, to }: Relation): string {
  return statementKey({ subject: from, predicate: relationType, object: to });
}

/** A key by which equal statements are equal. */
export function statementKey({ subject, predicate, object }: Statement): string {
  return JSON.stringify([subject, predicate, object].map(normaliseName));
}

/** A name in the metadata: one line, cut where it is too long. */
export function shortName(text: string): string {
  return truncateUtf8(text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim(), NAME_BYTES);
}

/**
 * The name of a record in its source where its parts are what the record says, and so nothing that a reference may
 * show.
 */
export function hashedRef(source: string, ...parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  return `${source}/sha256-${digest}`;
}
