/**
 * Vectors as Redis keeps them. The index is FLOAT16: it takes 5.4 KB a record instead of 7.2 KB at 384 dimensions,
 * and recall measures the same (docs/recall.md). The cache keeps the float32 that the embedder gave.
 */

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** IEEE 754 binary16 of a number, rounded to nearest, ties to even. */
function float16(value: number): number {
  single[0] = value;
  const source = bits[0] ?? 0;
  const sign = (source >>> 16) & 0x8000;
  const exponent = ((source >>> 23) & 0xff) - 112;
  const fraction = source & 0x7fffff;
  if (exponent >= 31) return sign | (exponent === 143 && fraction !== 0 ? 0x7e00 : 0x7c00);
  if (exponent >= 1) return sign | roundedShift((exponent << 23) | fraction, 13);
  if (exponent < -10) return sign;
  return sign | roundedShift(fraction | 0x800000, 14 - exponent);
}

/** `value >>> shift`, rounded to nearest, ties to even; a carry into the exponent is the right next number. */
function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** FLOAT16, little-endian: what the vector index reads. */
export function encodeIndexVector(vector: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(vector.length * 2);
  for (let index = 0; index < vector.length; index++) {
    const half = float16(vector[index] ?? 0);
    bytes[2 * index] = half;
    bytes[2 * index + 1] = half >>> 8;
  }
  return bytes;
}

/** The number that IEEE 754 binary16 represents. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Decodes the result of {@link encodeIndexVector}, in FLOAT16 precision. */
export function decodeIndexVector(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) =>
    fromFloat16(bytes.readUInt16LE(index * 2)),
  );
}

/** The bytes of a memory's vectors in all. */
export function vectorBytes(vectors: readonly Float32Array[]): number {
  return vectors.reduce((sum, { length }) => sum + length * 2, 0);
}

/** FLOAT32 in this machine's order: services that share a cache are of one kind of machine, or miss. */
export function encodeCachedVector(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** A copy, because a reply's buffer may be unaligned or shared. */
export function decodeCachedVector(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export function requireModel(model: string | null): string {
  if (model === null) throw new Error("vectors without an embedding model");
  return model;
}
