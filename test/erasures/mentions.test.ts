import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mentionsOf, textOf } from "../../src/erasures/mentions.js";
import { normaliseName } from "../../src/domain/normalise-name.js";

describe("A search for mentions", () => {
  test("finds any name, whatever it holds, in a text of its own and between others", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (name) => {
        fc.pre(normaliseName(name) !== "");
        const mentions = mentionsOf([name]);
        expect(mentions(name)).toBe(true);
        expect(mentions(`Yesterday, ${name.trim()} came.`)).toBe(true);
      }),
    );
  });

  test("takes a name for a whole word, in any case and form", () => {
    const mentions = mentionsOf(["Ann", "José Ruiz", "李明"]);
    for (const text of ["ANN came", "(ann)", "jose\u0301  ruiz's", "我认识李明很久了"]) {
      expect(mentions(text), text).toBe(true);
    }
    for (const text of ["Anna came", "a plan", "José", "ann_1"]) expect(mentions(text), text).toBe(false);
  });

  test.each([
    ["김철수", "김철수는 어제 왔다", "철강"],
    ["សុខា", "លោកសុខាបានមក", "សុភា"],
    ["राम", "राम आया", "रामायण पढ़ो"],
  ])("finds %s as its script writes names", (name, there, elsewhere) => {
    expect(mentionsOf([name])(there)).toBe(true);
    expect(mentionsOf([name])(elsewhere)).toBe(false);
  });

  test("reads a value with more parts than a call takes arguments", () => {
    const value = [...Array.from({ length: 300_000 }, () => 0), "Ann"];
    expect(mentionsOf(["Ann"])(textOf(value))).toBe(true);
  });

  test("finds nothing without a name", () => {
    expect(mentionsOf([" "])("anything")).toBe(false);
  });
});
