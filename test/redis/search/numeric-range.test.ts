import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRange, rangeClause } from "../../../src/redis/search/numeric-range.js";

const SOURCES = fileURLToPath(new URL("../../../src", import.meta.url));

describe("a numeric range of a query", () => {
  test("is written only where a number lies between its bounds", () => {
    const bound = fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined });
    fc.assert(
      fc.property(bound, bound, bound, bound, (from, above, to, below) => {
        const range = { from, above, to, below };
        const holds = (value: number): boolean =>
          value >= (from ?? -Infinity) &&
          value > (above ?? -Infinity) &&
          value <= (to ?? Infinity) &&
          value < (below ?? Infinity);
        // Halves lie between any two different bounds.
        const some = Array.from({ length: 41 }, (_, index) => index / 2 - 10).some(holds);
        expect(isEmptyRange(range)).toBe(!some);
        const clause = rangeClause("n", range);
        if (!some) expect(clause).toBeUndefined();
        else {
          const [, low = "", high = ""] = /^@n:\[(\S+) (\S+)\]$/.exec(clause ?? "") ?? [];
          const value = (end: string): number =>
            end.endsWith("inf") ? (end.startsWith("-") ? -Infinity : Infinity) : Number(end.replace("(", ""));
          const inside = (number: number): boolean =>
            (low.startsWith("(") ? number > value(low) : number >= value(low)) &&
            (high.startsWith("(") ? number < value(high) : number <= value(high));
          for (let number = -10; number <= 10; number += 0.5) expect(inside(number)).toBe(holds(number));
        }
      }),
    );
  });

  test("is written by one function only", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    expect(files.length).toBeGreaterThan(100);
    const writers = files.filter((name) => /@[\w${}.]+:\[/.test(withoutComments(name)));
    expect(writers).toEqual([join("redis", "search", "numeric-range.ts")]);
  });
});

function withoutComments(name: string): string {
  return readFileSync(join(SOURCES, name), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}
