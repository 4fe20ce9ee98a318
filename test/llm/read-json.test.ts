import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../src/llm/read-json.js";
import { countCpu } from "../support/cpu/spent.js";

const VALUE = { statements: [{ text: 'Said "a, ]" and {b}, ```c```', sources: [0, 1] }] };
const JSON_TEXT = JSON.stringify(VALUE);

const first = (answer: string): unknown => readJson(answer).next().value ?? undefined;

describe("an answer of a chat model is read", () => {
  test.each([
    ["as plain JSON", JSON_TEXT],
    ["in a code fence", `\`\`\`json\n${JSON_TEXT}\n\`\`\``],
    ["in a code fence on one line", `\`\`\`json ${JSON_TEXT}\`\`\``],
    ["in a code fence that was cut off", `\`\`\`\n${JSON_TEXT}`],
    ["in a code fence within prose", `Here it is:\n\`\`\`JSON\n${JSON_TEXT}\n\`\`\`\nAnything else?`],
    ["after thoughts", `<think>Is it {a} or [b]? Maybe {"x":1}.</think>\n${JSON_TEXT}`],
    ["after thoughts whose beginning was cut off", `so it is.\n</think>\n\`\`\`json\n${JSON_TEXT}\n\`\`\``],
    ["with trailing commas", JSON_TEXT.replaceAll("]}", ",\n ], }").replaceAll("1,", "1")],
    ["with all of it", `<think>\nhm\n</think>\n\nSure!\n\`\`\`json\n${JSON_TEXT.slice(0, -1)},\n}\n\`\`\``],
    ["within prose", `The summary is ${JSON_TEXT} as you asked.`],
    ["behind a brace of the prose", `A set {x, y} first. ${JSON_TEXT}`],
  ])("%s", (_, answer) => {
    expect(first(answer)).toEqual(VALUE);
  });

  test.each(["", "no JSON at all", "<think>still thinking {", '{"statements": [', "```json\n```"])(
    "as nothing where there is nothing: %s",
    (answer) => {
      expect([...readJson(answer)]).toEqual([]);
    },
  );
});

test("whatever value a model means, a fence, thoughts and trailing commas don't change it", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.boolean(), (value, fence) => {
      // As JSON itself keeps it: without negative zeros.
      const meant: unknown = JSON.parse(JSON.stringify(value));
      const trailing = JSON.stringify(value, null, 2).replace(/\n\}$/, ",\n}");
      const answer = `<think>Let me see, {"a": 1}.</think>\n${fence ? `\`\`\`json\n${trailing}\n\`\`\`` : trailing}`;
      expect([...readJson(answer)]).toContainEqual(meant);
    }),
  );
});

test("hostile answers of 256 KiB are read in a small multiple of the time of prose", () => {
  const size = 256 * 1024;
  const time = (text: string): number => {
    const spent = countCpu();
    Array.from(readJson(text));
    return spent();
  };
  const prose = "The parcel came, and the ring fits. ".repeat(size / 36);
  time(prose);
  const usual = Math.max(time(prose), 5);
  for (const part of [
    "{",
    "}",
    "[",
    '"',
    "\\",
    ",",
    ", ",
    "`",
    "```",
    "<think>",
    "</think>",
    '{"',
    "{}",
    ",]",
  ]) {
    expect(time(part.repeat(size / part.length)), part).toBeLessThan(usual * 100);
  }
});
