import { hash } from "node:crypto";
import { SEGMENT_ID_SIZE } from "./payload.js";

/**
 * A list is stored in segments, each under the hash of its content: what a list has in common with the one before is
 * stored once. It mostly grows at its end, so the end is in segments of one, which become one of 16 when there are as
 * many: a list of 200 is then some 20 segments, of which the next message changes none.
 */
const SEGMENT_LENGTH = 16;
/** A list shorter than this isn't worth it. */
const MIN_LENGTH = 4;
/** A segment's id and its entry in a hash cost about as much. */
const MIN_MEAN_BYTES = 64;

/** The type that LangGraph's serializer gives to all but bytes. */
export const SEGMENT_TYPE = "json";
const OPENING_BRACKET = 0x5b;

/**
 * Whether a list may be stored in segments: JSON writes a part of a list as it writes it inside the whole. A list of
 * numbers would be, but a vector is short and has nothing in common with the one before.
 */
export function isSplittable(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype || "toJSON" in value)
    return false;
  if (value.length < MIN_LENGTH) return false;
  const first: unknown = value[0];
  return typeof first === "string" || (typeof first === "object" && first !== null);
}

export function segmentsOf(list: readonly unknown[]): (readonly unknown[])[] {
  const whole = list.length - (list.length % SEGMENT_LENGTH);
  const segments: (readonly unknown[])[] = [];
  for (let from = 0; from < whole; from += SEGMENT_LENGTH)
    segments.push(list.slice(from, from + SEGMENT_LENGTH));
  for (let from = whole; from < list.length; from++) segments.push(list.slice(from, from + 1));
  return segments;
}

export function worthSplitting(serialised: readonly (readonly [type: string, bytes: Uint8Array])[]): boolean {
  let total = 0;
  for (const [type, bytes] of serialised) {
    // LangGraph's serializer writes an apology, a string, instead of what it can't write.
    if (type !== SEGMENT_TYPE || bytes[0] !== OPENING_BRACKET) return false;
    total += bytes.length;
  }
  return total >= serialised.length * MIN_MEAN_BYTES;
}

/**
 * Names a segment by its content, as 16 characters of one byte each. SHA-256, because an attacker may choose a message,
 * and must not be able to give two messages one name.
 */
export function segmentId(bytes: Uint8Array): string {
  return hash("sha256", bytes, "buffer").toString("latin1", 0, SEGMENT_ID_SIZE);
}
