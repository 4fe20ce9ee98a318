import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";

import { createWordPiece } from "../../src/embeddings/local/wordpiece.js";
import type { WordPieceFile } from "../../src/embeddings/local/wordpiece.js";
import { passageSizes, splitPassages } from "../../src/embeddings/passages.js";
import { anyCharacter } from "../support/any-character.js";

const file = JSON.parse(readFileSync(join(inject("modelDir"), "tokenizer.json"), "utf8")) as WordPieceFile;
const ours = createWordPiece(file);
/** The library's own tokeniser; like ours without special tokens in texts. */
const reference = new Tokenizer({ ...file, added_tokens: [] }, {}) as {
  encode(text: string): { ids: number[]; tokens: string[] };
};
const pieces = (text: string): string[] => {
  const byId = Object.entries(file.model.vocab);
  return ours
    .encode(text, 512)
    .slice(1, -1)
    .map((id) => byId.find(([, other]) => other === id)?.[0] ?? "?");
};
const anyText = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 600 }),
  fc.string({ unit: "grapheme", maxLength: 600 }),
  fc.lorem({ mode: "sentences", maxCount: 20 }),
  fc
    .array(
      fc.constantFrom(
        "ΑΣ",
        "Σ",
        ".",
        "'",
        " ",
        "한국",
        "İ",
        "\u0301",
        "\ud800",
        "\0",
        "ﬁ",
        "a".repeat(101),
        "##a",
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
);

describe("createWordPiece", () => {
  test("tokenises like Hugging Face's", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(ours.encode(text, 100_000)).toEqual(reference.encode(text).ids);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["Unaffable", ["una", "##ffa", "##ble"]],
    ["Grüße, ÉTÉ", ["gr", "##u", "##ße", ",", "et", "##e"]],
    ["CX-7742-B", ["c", "##x", "-", "77", "##42", "-", "b"]],
    ["東京tower", ["東", "京", "tower"]],
    ["ok 😀", ["ok", "[UNK]"]],
    ["[SEP]", ["[", "sep", "]"]],
    ["be\u0000fo\u200bre", ["before"]],
    ["\ud800", []],
    ["a".repeat(101), ["[UNK]"]],
  ])("%s", (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  test("keeps to the length asked for, between [CLS] and [SEP]", () => {
    const ids = ours.encode("internationalisation ".repeat(400), 512);
    expect(ids).toHaveLength(512);
    expect([ids[0], ids.at(-1)]).toEqual([101, 102]);
    expect(ours.encode("", 512)).toEqual([101, 102]);
  });

  test("passages never exceed the window, whatever the text", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 32, max: 508 }), (text, maxTokens) => {
        const sizes = passageSizes({ maxTokens }, 508);
        for (const passage of splitPassages(text, ours.meter, sizes)) {
          expect(ours.encode(passage, 100_000).length - 2).toBeLessThanOrEqual(maxTokens);
        }
      }),
      { numRuns: 500 },
    );
  });
});
