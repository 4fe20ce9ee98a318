/** Bounds of a numeric field, in the form that a caller or a script has them; a bound that isn't given is open. */
export interface NumericRange {
  /** Included. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly above?: number | undefined;
  /** Included. */
  readonly to?: number | undefined;
  /** Exclusive. */
  readonly below?: number | undefined;
}

/** Whether no number lies between the bounds. */
export function isEmptyRange({ from, above, to, below }: NumericRange): boolean {
  const low = Math.max(from ?? -Infinity, above ?? -Infinity);
  const high = Math.min(to ?? Infinity, below ?? Infinity);
  if (Number.isNaN(low) || Number.isNaN(high) || low > high) return true;
  return low === high && (low === above || high === below);
}

/**
 * A range in the words of a query: `@time:[5 (9]`; undefined where no number lies in it. RediSearch 2.8 and 2.10 find
 * nothing by a range whose lower end is above its upper, and later ones refuse the whole query, so such a range must
 * never be written. Every numeric range of every query is written here.
 */
export function rangeClause(field: string, range: NumericRange): string | undefined {
  if (isEmptyRange(range)) return undefined;
  const { from, above, to, below } = range;
  const low = above !== undefined && above >= (from ?? -Infinity) ? `(${above}` : (from ?? "-inf");
  const high = below !== undefined && below <= (to ?? Infinity) ? `(${below}` : (to ?? "+inf");
  return `@${field}:[${low} ${high}]`;
}
