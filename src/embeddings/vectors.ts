/** Scales a vector in place to length 1 (L2). `false` when it has no direction: empty, all zero or not finite. */
export function normalise(vector: Float32Array): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const length = Math.sqrt(sum);
  if (!(length > 0 && Number.isFinite(length))) return false;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return true;
}

/** Whether a vector from outside has the shape that the port promises. */
export function isUnitVector(vector: Float32Array, dimensions: number): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return vector.length === dimensions && Math.abs(sum - 1) < 1e-3;
}
