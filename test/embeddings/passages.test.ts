import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { estimate } from "../../src/embeddings/openai/estimate.js";
import { passageSizes, splitPassages } from "../../src/embeddings/passages.js";
import { anyCharacter } from "../support/any-character.js";

const anyText = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 2_000 }),
  fc.string({ unit: "grapheme", maxLength: 2_000 }),
  fc
    .array(
      fc.constantFrom(
        "word ",
        "CX-7742-B",
        ". ",
        "\n\n",
        "a".repeat(300),
        "记忆",
        "。",
        "😀",
        "\u0301",
        "\ud800",
        "\0",
      ),
      { maxLength: 400 },
    )
    .map((parts) => parts.join("")),
);

/** Finds the passages in the content, each beginning where or before the last one ended. */
function positions(content: string, passages: readonly string[]): [number, number][] {
  let start = 0;
  let end = 0;
  return passages.map((passage) => {
    // The furthest place that leaves no gap; a passage always goes beyond the one before.
    const at = content.lastIndexOf(passage, end);
    expect(at).toBeGreaterThanOrEqual(start);
    expect(at + passage.length).toBeGreaterThanOrEqual(end);
    start = at;
    end = at + passage.length;
    return [start, end];
  });
}

describe("splitPassages", () => {
  test("covers any text in order, within the limit, at code points", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 32, max: 300 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (content, maxTokens, share) => {
          const sizes = passageSizes({ maxTokens, overlapTokens: Math.floor(maxTokens * share) }, 8_191);
          const passages = splitPassages(content, estimate, sizes);
          expect(passages.length).toBeGreaterThanOrEqual(1);
          const found = positions(content, passages);
          expect(found[0]?.[0]).toBe(0);
          expect(found.at(-1)?.[1]).toBe(content.length);
          for (const passage of passages) {
            const words = passage.split(/[\t\n\r\p{Zs}\u2028\u2029]+/u);
            expect(words.reduce((sum, word) => sum + estimate.word(word), 0)).toBeLessThanOrEqual(maxTokens);
          }
          for (const [from] of found) {
            const splitsPair =
              /[\udc00-\udfff]/.test(content[from] ?? "") && /[\ud800-\udbff]/.test(content[from - 1] ?? "");
            expect(splitsPair).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  const sizes = passageSizes({ maxTokens: 40, overlapTokens: 0 }, 8_191);

  test("prefers to break at a paragraph, then at a sentence, then between words", () => {
    const words = (count: number): string => Array.from({ length: count }, () => "abc").join(" ");
    const paragraph = `${words(30)}\n\n`;
    expect(splitPassages(paragraph + words(30), estimate, sizes)[0]).toBe(paragraph);
    const sentence = `${words(30)}. `;
    expect(splitPassages(sentence + words(30), estimate, sizes)[0]).toBe(sentence);
    expect(splitPassages(words(60), estimate, sizes)[0]).toBe(`${words(40)} `);
  });

  test("doesn't cut an identifier when there is a word border near", () => {
    const content = Array.from({ length: 100 }, (_, i) => `CX-${i}-B`).join(" ");
    for (const passage of splitPassages(content, estimate, sizes)) expect(passage.trim()).toMatch(/^CX.*B$/);
  });

  test("repeats the end of a passage at the beginning of the next", () => {
    const content = Array.from({ length: 300 }, (_, i) => `w${i}`).join(" ");
    const passages = splitPassages(content, estimate, { maxTokens: 40, overlapTokens: 10 });
    for (const [index, passage] of passages.slice(1).entries()) {
      const first = passage.split(" ")[0] ?? "";
      expect(passages[index]?.split(" ")).toContain(first);
    }
  });

  test.each(["a", "😀", "記", "-", "\u0301", " ", "a ", "\n"])("covers 32 KiB of %j", (unit) => {
    const content = unit.repeat(32_768 / unit.length);
    const passages = splitPassages(content, estimate, passageSizes({}, 8_191));
    expect(content.startsWith(passages[0] ?? "nothing")).toBe(true);
    expect(content.endsWith(passages.at(-1) ?? "nothing")).toBe(true);
    expect(passages.join("").length).toBeGreaterThanOrEqual(content.length);
  });

  test("rejects sizes that can't work", () => {
    expect(() => passageSizes({ maxTokens: 31 }, 508)).toThrow(RangeError);
    expect(() => passageSizes({ maxTokens: 509 }, 508)).toThrow(RangeError);
    expect(() => passageSizes({ maxTokens: 100, overlapTokens: 51 }, 508)).toThrow(RangeError);
  });
});
