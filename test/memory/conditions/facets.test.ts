import { expect, test } from "vitest";
import { FACETS } from "../../../src/memory/model/facets.js";

/** All but these end with a digest of 16 letters. */
const WHOLE = new Set(["item", "fact", "rule", "quarantine", "superseded"]);
const DIGEST = 16;

test("no facet of one kind can be one of another", () => {
  const kinds = Object.entries(FACETS);
  expect(new Set(Object.values(FACETS)).size).toBe(kinds.length);
  const lengths = kinds
    .filter(([kind]) => kind !== "memoryType" && !WHOLE.has(kind))
    .map(([, start]) => [start, start.length + DIGEST] as const);
  for (const [start, length] of lengths) {
    for (const [other, otherLength] of lengths) {
      if (other !== start && other.startsWith(start)) expect(otherLength).not.toBe(length);
    }
  }
});

test("of all kinds, scripts rename only those of places: they do it by the first letter", () => {
  for (const place of [FACETS.below, FACETS.oldBelow]) {
    const alike = Object.values(FACETS).filter((start) => start.startsWith(place));
    expect(alike).toEqual([place]);
  }
});
