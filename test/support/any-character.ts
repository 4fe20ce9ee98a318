import fc from "fast-check";

/** Code points of surrogates, which are no characters. */
const SURROGATES = { from: 0xd8_00, count: 0x8_00 };
const CODE_POINTS = 0x11_00_00;

/**
 * A unit of strings: any character of Unicode. It draws as fast-check's own unit "binary", which first makes a table of
 * them all: a second of processor time in each process, and 100 MB for good.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: CODE_POINTS - SURROGATES.count - 1 })
  .map(
    (index) => String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count),
    (character) => {
      const point = typeof character === "string" ? character.codePointAt(0) : undefined;
      if (point === undefined || String.fromCodePoint(point) !== character) throw new Error("no character");
      return point < SURROGATES.from ? point : point - SURROGATES.count;
    },
  );
