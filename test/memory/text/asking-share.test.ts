import { describe, expect, test } from "vitest";
import { askingShare } from "../../../src/memory/text/asking-share.js";

describe("the part of a text that asks", () => {
  test.each([
    ["Where did you go?", 1],
    ["Mara: Where did you go?", 1],
    ["Mara: Wow! Where did you go? Who came with you?", 0.91],
    ["¿Dónde estuviste?", 1],
    ["你去哪儿了？", 1],
    ["إلى أين ذهبت؟", 1],
    ["I went to Lisbon.", 0],
    ["", 0],
    ["?", 1],
  ])("%s", (text, share) => expect(askingShare(text)).toBeCloseTo(share, 1));

  test("is none of a question that tells something, and none of a long text", () => {
    const told =
      "I moved to Oslo last week with my two old cats, and the flat isn't ready, so where do I register now?";
    expect(told.length).toBeGreaterThan(100);
    expect(askingShare(told)).toBe(0);
    expect(askingShare(`${"A sentence of a report. ".repeat(50)}Is it?`)).toBe(0);
  });
});
