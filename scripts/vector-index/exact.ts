/** The places of the vectors that are nearest to a question, the nearest first. All are of unit length. */
export function nearestOf(
  vectors: readonly Float32Array[],
  question: Float32Array,
  count: number,
): readonly number[] {
  const best: { readonly place: number; readonly product: number }[] = [];
  for (const [place, vector] of vectors.entries()) {
    const product = dot(vector, question);
    if (best.length === count && product <= (best.at(-1)?.product ?? 0)) continue;
    const at = best.findIndex((other) => other.product < product);
    best.splice(at === -1 ? best.length : at, 0, { place, product });
    if (best.length > count) best.pop();
  }
  return best.map(({ place }) => place);
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
