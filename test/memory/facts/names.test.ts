import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseName } from "../../../src/domain/normalise-name.js";
import { possibleNames } from "../../../src/memory/model/names.js";
import { anyCharacter } from "../../support/any-character.js";
import { HOSTILE } from "../../support/hostile.js";

test("names compare the same once and twice", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (name) => {
      expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
    }),
  );
  for (const name of HOSTILE) expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
});

test("a query's names are its runs of words, without punctuation around them and a possessive's end", () => {
  const names = possibleNames("Where's “Mara Novak”'s C++ code, at ACME Inc.?");
  for (const name of ["mara novak", "mara", "c++", "acme inc", "acme inc.?", "acme"]) {
    expect(names).toContain(name);
  }
  expect(possibleNames(HOSTILE.join(" ")).length).toBeLessThanOrEqual(256);
});
