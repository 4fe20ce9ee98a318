import fc from "fast-check";
import { expect, test } from "vitest";
import { wilsonLowerBound } from "../../src/memory/wilson.js";

test("Wilson's lower bound is what the tables say", () => {
  expect(wilsonLowerBound(0, 0)).toBe(0);
  expect(wilsonLowerBound(0, 10)).toBe(0);
  expect(wilsonLowerBound(1, 0)).toBeCloseTo(0.2065, 4);
  expect(wilsonLowerBound(10, 0)).toBeCloseTo(0.7225, 4);
  expect(wilsonLowerBound(5, 5)).toBeCloseTo(0.2366, 4);
  expect(wilsonLowerBound(90, 10)).toBeCloseTo(0.8256, 4);
});

test("it lies below the rate, grows with success, falls with failure, and comes nearer with more trials", () => {
  const count = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(count, count, (good, bad) => {
      const bound = wilsonLowerBound(good, bad);
      expect(bound).toBeGreaterThanOrEqual(0);
      expect(bound).toBeLessThanOrEqual(good + bad === 0 ? 0 : good / (good + bad));
      expect(wilsonLowerBound(good + 1, bad)).toBeGreaterThan(bound);
      if (good > 0) expect(wilsonLowerBound(good, bad + 1)).toBeLessThan(bound);
      if (good > 0) expect(wilsonLowerBound(2 * good, 2 * bad)).toBeGreaterThan(bound);
    }),
  );
});
