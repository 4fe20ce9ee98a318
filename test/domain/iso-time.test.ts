import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTime } from "../../src/domain/iso-time.js";

const LAST = 8.64e15;

test("a time is written as a Date writes it, in any order of times", () => {
  const time = fc.oneof(
    fc.integer({ min: -LAST, max: LAST }),
    fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    fc.integer({ min: -40_000, max: 40_000 }).map((days) => days * 86_400_000),
    fc.integer({ min: -40_000, max: 40_000 }).map((days) => days * 86_400_000 - 1),
    fc.constantFrom(LAST, -LAST, 0, -0, 1.5),
  );
  fc.assert(
    fc.property(fc.array(time), (times) => {
      for (const each of times) expect(isoTime(each)).toBe(new Date(each).toISOString());
    }),
    { numRuns: 2_000 },
  );
});

test.each([LAST + 1, -LAST - 1, Number.NaN, Infinity])("there is no time %d", (time) => {
  expect(() => isoTime(time)).toThrow(RangeError);
});
