import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonText } from "../../src/state/json-text.js";
import { readWritePath } from "../../src/state/path.js";

describe("an array of fractional numbers", () => {
  const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
  const half = fc.integer({ min: -2048, max: 2048 }).map((n) => n / 64);
  const drawn = fc
    .array(
      fc.oneof(
        float32,
        half,
        fc.integer().map((n) => n / 2 ** 20),
      ),
      { minLength: 1 },
    )
    .map((numbers) => numbers.filter((each) => !Number.isInteger(each)))
    .filter((numbers) => numbers.some((each) => String(Math.abs(each)).length > 3));

  test("keeps its text beside it wherever it stands, and is set again after a merge", () => {
    fc.assert(
      fc.property(drawn, (numbers) => {
        for (const value of [numbers, { a: numbers }, [[numbers], 1]]) {
          expect(jsonText("value", value).delicate).toBe(true);
        }
        const patch = { a: { b: numbers, c: [1, { d: numbers }] }, e: [1, 2], f: 0.25 };
        const { arrays, hidden } = jsonText("value", patch, { merged: true });
        expect(hidden).toBe(false);
        const placed = [0, 2].map((at) => [arrays[at], JSON.parse(arrays[at + 1] ?? "") as unknown]);
        expect(arrays).toHaveLength(4);
        expect(placed).toMatchObject([
          ['["a"]["b"]', expect.anything()],
          ['["a"]["c"]', expect.anything()],
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test("of two digits or with an integer in it costs nothing", () => {
    for (const value of [[0.5, 1.5], [500.25, 2], [], ["0.25"], 500.25]) {
      expect(jsonText("value", value).delicate).toBe(false);
    }
  });

  test("may be one of integers that RedisJSON reads as fractions: written with an exponent, or -0", () => {
    for (const number of [2 ** 60, 2 ** 70, 1e23, -(2 ** 54)]) {
      const { arrays, stored } = jsonText("value", { a: [number] }, { merged: true });
      expect(stored).toContain("e");
      expect(arrays[0]).toBe('["a"]');
    }
    expect(jsonText("value", { a: [2 ** 53, 7] }, { merged: true }).arrays).toEqual([]);
  });

  test("may come to be by one of its elements", () => {
    const at = readWritePath("path", "$.list[0]");
    expect(jsonText("value", 500.25, { at }).delicate).toBe(true);
    expect(jsonText("value", 500, { at }).delicate).toBe(false);
  });

  test("where no path leads is known", () => {
    expect(jsonText("value", { "\\": [500.25] }, { merged: true }).hidden).toBe(true);
  });
});
