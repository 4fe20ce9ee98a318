import { normalise } from "../vectors.js";

/**
 * The provider's vector as one of length 1, or undefined if it isn't `dimensions` finite numbers. A provider
 * asked for base64 (little-endian float32) may still answer with numbers.
 */
export function toVector(entry: unknown, dimensions: number): Float32Array | undefined {
  const vector = typeof entry === "string" ? fromBase64(entry) : fromNumbers(entry);
  return vector?.length === dimensions && normalise(vector) ? vector : undefined;
}

/** The length of the vector; undefined if it isn't a list of numbers. */
export function lengthOf(entry: unknown): number | undefined {
  return (typeof entry === "string" ? fromBase64(entry) : fromNumbers(entry))?.length;
}

function fromNumbers(entry: unknown): Float32Array | undefined {
  // Float32Array.from would make 0 of a null.
  if (!Array.isArray(entry) || !entry.every((value) => typeof value === "number")) return undefined;
  return Float32Array.from(entry);
}

function fromBase64(entry: string): Float32Array | undefined {
  const bytes = Buffer.from(entry, "base64");
  if (bytes.length % 4 !== 0) return undefined;
  const vector = new Float32Array(bytes.length / 4);
  for (let i = 0; i < vector.length; i++) vector[i] = bytes.readFloatLE(i * 4);
  return vector;
}
