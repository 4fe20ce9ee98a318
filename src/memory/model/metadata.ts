import { invalid } from "../../domain/errors.js";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import { isJsonObject, jsonLeaves, mergePatch } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";

/** The problem of a metadata object, as a sentence; undefined: there is none. */
export function metadataProblem(metadata: JsonObject): string | undefined {
  if (jsonDepth(metadata, LIMITS.metadataDepth) > LIMITS.metadataDepth) {
    return `Must not be nested deeper than ${LIMITS.metadataDepth} levels.`;
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > LIMITS.metadataBytes) {
    return `Must not exceed ${LIMITS.metadataBytes} bytes of JSON.`;
  }
  if (jsonLeaves(metadata).length > LIMITS.metadataLeaves) {
    return `Must not hold more than ${LIMITS.metadataLeaves} values.`;
  }
  return undefined;
}

/** Applies a merge patch; the outcome must keep the limits of metadata. */
export function mergeMetadata(current: JsonObject, patch: JsonObject): JsonObject {
  const merged = mergePatch(current, patch);
  if (!isJsonObject(merged)) throw new Error("a merge patch that is an object makes an object");
  const problem = metadataProblem(merged);
  if (problem !== undefined) throw invalid("metadata", `After the change: ${problem}`);
  return merged;
}

/**
 * The nesting depth of a document, or more than `limit` if it is deeper. Goes level by level, so no stack can overflow.
 */
export function jsonDepth(document: JsonValue, limit: number): number {
  let level: JsonValue[] = [document];
  for (let depth = 0; ; depth++) {
    const containers = level.filter((value) => typeof value === "object" && value !== null);
    if (containers.length === 0 || depth > limit) return depth;
    level = containers.flatMap((value) => Object.values(value ?? {}));
  }
}

/** Whether every string and key of a document is well-formed Unicode: a lone surrogate has no UTF-8. */
export function isWellFormed(document: JsonValue): boolean {
  const open: JsonValue[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === "string" && !value.isWellFormed()) return false;
    if (typeof value !== "object" || value === null) continue;
    if (Object.keys(value).some((key) => !key.isWellFormed())) return false;
    // One by one: as arguments of a single push, a long array overflows the stack.
    for (const child of Object.values(value)) open.push(child);
  }
  return true;
}
