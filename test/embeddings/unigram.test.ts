import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createUnigram } from "../../src/embeddings/local/unigram.js";
import { passageSizes, splitPassages } from "../../src/embeddings/passages.js";
import { countCpu } from "../support/cpu/spent.js";

const LETTERS = [..."abcde", "é", "ß", "文", "字", "ก", "า", "💡"];
/** Each letter, some words of two and three, and rules of thumb for their scores: no two ways cost the same. */
const VOCABULARY: (readonly [string, number])[] = [
  ...["<s>", "<pad>", "</s>", "<unk>"].map((piece) => [piece, 0] as const),
  ...[
    "▁",
    ...LETTERS.slice(1),
    "▁a",
    "ab",
    "▁ab",
    "abc",
    "bcd",
    "cd",
    "▁文",
    "文字",
    "กา",
    "▁💡",
    "éß",
    "eee",
  ].map((piece, at) => [piece, -3 - Math.sin(at * 12.9898) * 2 - at / 97] as const),
  ["<mask>", 0],
];
const ours = createUnigram({ model: { type: "Unigram", unk_id: 3, vocab: VOCABULARY } });
const name = (id: number): string => VOCABULARY[id]?.[0] ?? "?";
const pieces = (text: string): string[] => ours.encode(text, 100_000).slice(1, -1).map(name);

describe("createUnigram", () => {
  test("cuts words like Hugging Face's", () => {
    const reference = new Tokenizer(
      {
        model: { type: "Unigram", unk_id: 3, vocab: VOCABULARY },
        normalizer: null,
        pre_tokenizer: {
          type: "Metaspace",
          replacement: "▁",
          prepend_scheme: "always",
          add_prefix_space: true,
        },
        post_processor: null,
        decoder: null,
        added_tokens: [],
      },
      {},
    ) as { encode(text: string): { tokens: string[] } };
    const word = fc
      .array(fc.constantFrom(...LETTERS.slice(1)), { minLength: 1, maxLength: 12 })
      .map((letters) => letters.join(""));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const text = words.join(" ");
        expect(pieces(text)).toEqual(reference.encode(text).tokens);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["abcd", ["▁a", "bcd"]],
    // NFKC, as composed, narrow and single characters.
    ["e\u0301ß ｂｃｄ", ["▁", "éß", "▁", "bcd"]],
    // Spaces of all kinds, control characters, and the mark of a space.
    ["\u3000b\u200bb\u0007b\u0085▁b\tb\n", ["▁", "b", "▁", "b", "b", "<unk>", "▁", "b", "▁", "b"]],
    // Several unknown characters are one.
    ["bxyzb🫠🫠", ["▁", "b", "<unk>", "b", "<unk>"]],
    ["\ud800b", ["▁", "b"]],
    ["💡💡", ["▁", "💡", "💡"]],
    ["", []],
    ["～b", ["▁", "<unk>", "b"]],
  ])("%j", (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  test("takes special tokens in a text as text", () => {
    expect(pieces("<s> </s> <mask>")).toEqual(["▁", "<unk>", "▁", "<unk>", "▁", "<unk>"]);
  });

  test("keeps to the length asked for, between <s> and </s>", () => {
    const ids = ours.encode("abcbcdeee ".repeat(400), 512);
    expect(ids).toHaveLength(512);
    expect([ids[0], ids.at(-1)]).toEqual([0, 2]);
    expect(ours.encode("", 512)).toEqual([0, 2]);
  });

  test("passages fit into the window", () => {
    const sizes = passageSizes({ maxTokens: 40 }, 480);
    const text = fc
      .array(fc.constantFrom(...LETTERS, " ", ". ", ", ", "-", "\n", "ﷺ", "abc "), { maxLength: 400 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (content) => {
        const passages = splitPassages(content, ours.meter, sizes);
        for (const passage of passages) expect(pieces(passage).length).toBeLessThanOrEqual(40 + 4);
      }),
      { numRuns: 100 },
    );
  });
});

describe("32 KiB of", () => {
  const fill = (unit: string): string => unit.repeat(Math.ceil(32_768 / unit.length)).slice(0, 32_768);
  test.each([
    ["one letter", "b"],
    ["one word", "abcde"],
    ["words", "ab "],
    ["scripts without spaces", "文字กา"],
    ["unknown characters", "🫠"],
    ["lone surrogates", "\ud800"],
    ["marks in the wrong order", "\u0301\u0316"],
    ["marks", "\u0316"],
    ["a character that becomes eighteen", "ﷺ"],
    ["the mark of a space", "▁"],
    ["full-width tildes", "～"],
  ])("%s takes a moment", (_, unit) => {
    const text = fill(unit);
    const spent = countCpu();
    ours.encode(text, 512);
    splitPassages(text, ours.meter, passageSizes({}, 480));
    // Measured: 20 to 150 ms, in a worker thread.
    expect(spent()).toBeLessThan(1500);
  });
});
