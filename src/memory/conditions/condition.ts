import type { JsonScalar } from "../../domain/json.js";

/** A parsed metadata filter. Plain data: two equal filters are equal as JSON. */
export type Condition =
  | { readonly kind: "all"; readonly of: readonly Condition[] }
  | { readonly kind: "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | Equals
  | Compares
  | Exists;

/** One of the scalars at the path is this value: the value itself, or an element of the array there. */
export interface Equals {
  readonly kind: "equals";
  readonly path: readonly string[];
  readonly value: JsonScalar;
}

export const COMPARISONS = ["gt", "gte", "lt", "lte"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** One of the scalars at the path is a number, or a date, that compares so. */
export interface Compares {
  readonly kind: "compares";
  readonly path: readonly string[];
  readonly comparison: Comparison;
  /** `time`: milliseconds since the epoch, compared with texts that are dates; never with numbers. */
  readonly type: "number" | "time";
  readonly bound: number;
}

/** There is something at the path, null, `[]` and `{}` included. */
export interface Exists {
  readonly kind: "exists";
  readonly path: readonly string[];
}
