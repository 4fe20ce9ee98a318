import fc from "fast-check";
import { expect, test } from "vitest";
import { reinforced, strengthOf, wilsonLowerBound } from "../../../src/memory/trust/wilson.js";

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

test("once of once is worth less than 95 of 100", () => {
  expect(strengthOf({ successes: 1, failures: 0 })).toBeLessThan(strengthOf({ successes: 95, failures: 5 }));
});

test("a procedure gains strength by success and loses it by failure; untried, it keeps its score", () => {
  const count = fc.integer({ min: 0, max: 1000 });
  const score = fc.double({ min: -10, max: 10, noNaN: true });
  const weight = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(count, count, count, count, score, weight, (a, b, c, d, value, w) => {
      const [one, other] = [
        { successes: a, failures: b },
        { successes: c, failures: d },
      ];
      expect(strengthOf({ ...one, successes: a + 1 })).toBeGreaterThan(strengthOf(one));
      expect(strengthOf({ ...one, failures: b + 1 })).toBeLessThan(strengthOf(one));
      expect(reinforced(value, strengthOf({ successes: 0, failures: 0 }), w) - value).toBe(0);
      expect(Math.abs(reinforced(value, strengthOf(one), w) - value)).toBeLessThanOrEqual(
        Math.abs(value) * w,
      );
      if (Math.abs(value) > 0.01 && strengthOf(one) > strengthOf(other) + 1e-9)
        expect(reinforced(value, strengthOf(one), w)).toBeGreaterThan(
          reinforced(value, strengthOf(other), w),
        );
    }),
  );
});
