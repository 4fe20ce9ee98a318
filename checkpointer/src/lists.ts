import { hash } from "node:crypto";
import { ELEMENT_ID_SIZE } from "./payload.js";

/** A list shorter than this isn't worth the look-up of its elements. */
const MIN_ELEMENTS = 4;
/** What LangGraph's serializer calls all but bytes. */
export const ELEMENT_TYPE = "json";
/** An element's id and its entry in a hash cost about as much. */
const MIN_MEAN_BYTES = 64;

/**
 * Whether a list may be stored by element: only what LangGraph's JSON writes the same inside a list and alone. Bytes,
 * for one, are written differently, and a hole in a list can't stand alone.
 */
export function isSplittable(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return false;
  if (value.length < MIN_ELEMENTS || Object.keys(value).length !== value.length || "toJSON" in value)
    return false;
  // An ordinary loop: it may end at the first element of a long list of numbers.
  for (const element of value as readonly unknown[]) {
    if (typeof element === "string") continue;
    if (typeof element !== "object" || element === null || ArrayBuffer.isView(element)) return false;
  }
  return true;
}

export function worthSplitting(serialised: readonly (readonly [type: string, bytes: Uint8Array])[]): boolean {
  let total = 0;
  for (const [type, bytes] of serialised) {
    if (type !== ELEMENT_TYPE) return false;
    total += bytes.length;
  }
  return total >= serialised.length * MIN_MEAN_BYTES;
}

/**
 * Names an element by its content, as 16 characters of one byte each. SHA-256, because what an agent is told may be
 * chosen by an attacker, who must not be able to make two messages one.
 */
export function elementId(bytes: Uint8Array): string {
  return hash("sha256", bytes, "buffer").toString("latin1", 0, ELEMENT_ID_SIZE);
}
