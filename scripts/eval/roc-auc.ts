/**
 * How well a figure separates two kinds: the chance that one of `higher` lies above one of `lower`, ties counting half
 * (Mann, Whitney 1947). NaN if a kind is empty.
 */
export function rocAuc(higher: readonly number[], lower: readonly number[]): number {
  const all = [
    ...higher.map((value) => ({ value, above: true })),
    ...lower.map((value) => ({ value, above: false })),
  ].toSorted((one, other) => one.value - other.value);
  let ranks = 0;
  for (let from = 0; from < all.length;) {
    const value = all[from]?.value;
    const next = all.findIndex((each, index) => index > from && each.value !== value);
    const to = next === -1 ? all.length : next;
    const members = all.slice(from, to).filter(({ above }) => above).length;
    ranks += members * ((from + 1 + to) / 2);
    from = to;
  }
  const count = higher.length;
  return (ranks - (count * (count + 1)) / 2) / (count * lower.length);
}
