import { expect, test } from "vitest";
import { replaces } from "../../../src/memory/recall/extracts.js";
import { standingOf } from "../../../src/memory/recall/source-excerpt.js";

const SUMMARY = "Ann: The irrigation pump of the greenhouse leaks.";

test.for([
  ["the same words", SUMMARY, true],
  ["most of the words, no shorter", "Ann: The irrigation pump of the greenhouse leaks again!!", true],
  ["the same words in less room", "Ann: The irrigation pump leaks.", false],
  ["other words", "Ann: A new irrigation pump for the greenhouse is ordered in Ghent.", false],
  ["more, up to twice the summary and an excerpt", `Ann: ${"The seal comes from Ghent. ".repeat(25)}`, false],
  ["much more than can be read", `Ann: ${"The seal comes from Ghent. ".repeat(30)}`, true],
  ["nothing", "", false],
] as const)("an extract is shown in place of an episode that has %s: %s, %s", ([, source, expected]) => {
  expect(replaces(standingOf(SUMMARY), source)).toBe(expected);
});
