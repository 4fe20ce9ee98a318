import { expect } from "vitest";

/** A list that must hold something: expectations in a loop over an empty one would pass without a look at anything. */
export function nonEmpty<Items extends { readonly length: number }>(items: Items): Items {
  expect(items.length, "nothing to look at").toBeGreaterThan(0);
  return items;
}
