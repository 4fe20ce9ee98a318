import fc from "fast-check";
import { expect, test } from "vitest";
import { tokenCounter } from "../../../src/domain/tokens.js";
import { saidIn } from "../../../src/memory/text/speakers.js";
import { chooseSentences } from "../../../src/memory/consolidation/language/sentences.js";

const { count } = await tokenCounter();
const choose = (texts: readonly string[], share = 0.5) =>
  chooseSentences(
    texts.map((text, index) => ({ id: `m${index}`, at: index, text })),
    { share, count },
  );

test.for([
  [
    "Mara: I moved. It rains.",
    [
      ["Mara", "person", "I moved."],
      ["Mara", "person", "It rains."],
    ],
  ],
  ["Dr. Ann-Marie O'Neill: Yes.", [["Dr. Ann-Marie O'Neill", "person", "Yes."]]],
  [
    "user: I moved.\nassistant: Noted.",
    [
      ["user", "user", "I moved."],
      ["assistant", "machine", "Noted."],
    ],
  ],
  ["I moved.", [[null, "nobody", "I moved."]]],
  ["Note: I moved.", [[null, "nobody", "Note: I moved."]]],
  ["Step 1: Write it down.", [[null, "nobody", "Step 1: Write it down."]]],
  ["User: Look at https://a.example/b", [["User", "user", "Look at https://a.example/b"]]],
  [
    "Mara: A list\nof two lines.",
    [
      ["Mara", "person", "A list"],
      ["Mara", "person", "of two lines."],
    ],
  ],
  [
    'User: Ship it.\nTool orders.find: {"id":"x"}\nTool orders.find returned: I am\nnot prose.\nAssistant: Done.',
    [
      ["User", "user", "Ship it."],
      ["Assistant", "machine", "Done."],
    ],
  ],
  [
    "Mara: See\n```\ncode();\n```\nthere.",
    [
      ["Mara", "person", "See"],
      ["Mara", "person", "there."],
    ],
  ],
  ["", []],
] as const)("who says what in %j", ([text, expected]) => {
  expect(saidIn(text).map(({ speaker, by, sentence }) => [speaker, by, sentence])).toEqual(expected);
});

test("statements are chosen before greetings and questions, in the order of time, with their speakers", () => {
  const excerpts = [
    { id: "b", at: 2, text: "Ann: Hey Mara! How is it going? The gate code of the harbour is GX-4711." },
    {
      id: "a",
      at: 1,
      text: "Mara: Hi Ann! I moved to Rome on 3 May because of the harbour job. Nice, isn't it?",
    },
  ];
  expect(chooseSentences(excerpts, { share: 0.7, count })).toEqual([
    { text: "Mara: I moved to Rome on 3 May because of the harbour job.", source: 1 },
    { text: "Ann: The gate code of the harbour is GX-4711.", source: 0 },
  ]);
});

test("two short sources still have a summary; one without prose has none", () => {
  expect(choose(["The gate code is 4711.", "The gate code is 4712."])).toHaveLength(1);
  expect(choose(["Tool a.b: {}", ""])).toEqual([]);
  expect(choose([])).toEqual([]);
});

test("each source has a line before another one has two, where they are short enough", () => {
  const texts = [
    "Ann: The pump of the greenhouse leaks. The pump needs 40 litres. The pump comes from Gardena. The pump is red.",
    "Ann: The pump is paid. The pump was dear. The greenhouse pump is a pump.",
    "Bob: Violins cost much. I like rye bread.",
  ];
  for (const share of [0.4, 0.5, 0.6]) {
    expect(new Set(choose(texts, share).map(({ source }) => source))).toEqual(new Set([0, 1, 2]));
  }
});

const word = fc.constantFrom("Mara", "harbour", "ships", "4711", "CX-7742-B", "no", "日本語", "🙂", "I");
const sentence = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 12 }), fc.constantFrom(".", "!", "?", "\n", ""))
  .map(([words, end]) => `${words.join(" ")}${end}`);
const text = fc.oneof(
  fc.array(sentence, { maxLength: 8 }).map((all) => all.join(" ")),
  fc.array(sentence, { maxLength: 8 }).map((all) => `Mara: ${all.join(" ")}`),
  fc.string({ unit: "grapheme" }),
);

test("every line stands in its source, and all of them are shorter than the sources", () => {
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 8 }),
      fc.double({ min: 0.1, max: 0.9, noNaN: true }),
      (texts, share) => {
        const lines = choose(texts, share);
        expect(choose(texts, share)).toEqual(lines);
        for (const line of lines) {
          const said = saidIn(texts[line.source] ?? "").map(({ speaker, sentence: words }) =>
            speaker === null ? words : `${speaker}: ${words}`,
          );
          expect(said).toContain(line.text);
          expect(line.text).not.toMatch(/[\n\r]/);
        }
        const tokens = texts.reduce((total, each) => total + count(each), 0);
        if (lines.length > 0) expect(count(lines.map((line) => line.text).join("\n"))).toBeLessThan(tokens);
        expect(lines.map(({ source }) => source)).toEqual(
          lines.map(({ source }) => source).toSorted((a, b) => a - b),
        );
      },
    ),
  );
});

test("a long text is bounded", () => {
  const lines = choose(["word ".repeat(6000), "Mara: I moved to Rome. ".repeat(1500)]);
  for (const line of lines) expect(Buffer.byteLength(line.text)).toBeLessThanOrEqual(600);
});
