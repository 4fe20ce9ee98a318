import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { phraseFinder } from "../../src/domain/phrases.js";
import { countCpu } from "../support/cpu/spent.js";

const OUTSIDE = [".", " ", "李", "👍"];
const INSIDE = ["a", "b", "𝒜", "_"];

/** Every place is tried, as a reader would. */
function stands(phrase: string, text: string): boolean {
  const [sought, all] = [Array.from(phrase), Array.from(text)];
  return all.some((_, at) => {
    const end = at + sought.length;
    const isThere = sought.every((character, index) => all[at + index] === character);
    return isThere && !INSIDE.includes(all[at - 1] ?? " ") && !INSIDE.includes(all[end] ?? " ");
  });
}

const piece = fc.constantFrom(...INSIDE, ...OUTSIDE);
const texts = (longest: number) =>
  fc.array(piece, { minLength: 1, maxLength: longest }).map((pieces) => pieces.join(""));

function timeOf(work: () => unknown): number {
  const spent = countCpu();
  work();
  return spent();
}

describe("A search for phrases", () => {
  test("finds exactly what stands in the text as whole words", () => {
    fc.assert(
      fc.property(fc.array(texts(5), { maxLength: 6 }), texts(30), (phrases, text) => {
        expect(phraseFinder(phrases)(text)).toBe(phrases.some((phrase) => stands(phrase, text)));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["dots that end otherwise", (index: number) => `${".".repeat(192 + index)}x`, "."],
    ["endings of each other", (index: number) => `a.${".ba.".repeat(index)}`, "ba.."],
    ["the same letter", (index: number) => "a".repeat(193 + index), "a"],
  ])("reads 1 MiB once for 64 phrases of %s", (_, phrase, unit) => {
    const holds = phraseFinder(Array.from({ length: 64 }, (__, index) => phrase(index)));
    const text = unit.repeat(2 ** 20 / unit.length);
    const alone = phraseFinder(["x"]);
    expect(holds(text)).toBe(false);
    expect(alone(text)).toBe(false);
    // In passes over the text, each beside one, so that a busy machine counts for both; the best of five, because the
    // collector runs during some.
    const passes = Array.from({ length: 5 }, () => timeOf(() => holds(text)) / timeOf(() => alone(text)));
    expect(Math.min(...passes)).toBeLessThan(8);
  });
});
