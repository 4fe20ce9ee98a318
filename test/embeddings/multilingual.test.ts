import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { readPackedModel } from "../../scripts/downloads/multilingual/packed-model.js";
import { writeModel } from "../../scripts/downloads/multilingual/write-model.js";
import type { Embedder } from "../../src/embeddings/embedder.js";
import { createUnigram } from "../../src/embeddings/local/unigram.js";
import { smallModel } from "../support/embeddings/packed-model.js";
import { embeddings } from "../support/service/built.js";

const SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"].map((piece) => [piece, 0] as const);
const PIECES = [
  ...SPECIAL,
  ...["▁", "▁passage", "▁query", ":", "▁kedi", "ler", "▁แมว", "▁Katze", "n", "a", "e", "i", "s"].map(
    (piece, at) => [piece, -2 - at / 8] as const,
  ),
  ["<mask>", 0] as const,
];
const small = smallModel(PIECES);
const { encode } = createUnigram({ model: { type: "Unigram", unk_id: 3, vocab: PIECES } });

describe("the model that is written from packed weights", () => {
  let folder: string;
  let embedder: Embedder;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mneme-test-"));
    for (const [name, bytes] of Object.entries(writeModel(small.packed)))
      writeFileSync(join(folder, name), bytes);
    embedder = embeddings.createLocalEmbedder({ model: "multilingual", modelDir: folder });
  });
  afterAll(async () => {
    await embedder.close();
    rmSync(folder, { recursive: true });
  });

  test("has an id of its own", () => {
    expect(embedder.model).toMatchObject({ id: "multilingual-e5-small-q4-int8-384", dimensions: 384 });
  });

  test.each(["kediler", "แมว", "Katzen Katzen", "a e i s n 🐈"])(
    "computes what its weights say: %s",
    async (text) => {
      const [passage = new Float32Array()] = await embedder.embedPassages([text]);
      expect(cosine(passage, small.embed(encode(`passage: ${text}`, 512)))).toBeGreaterThan(0.99);
      const query = await embedder.embedQuery(text);
      expect(cosine(query, small.embed(encode(`query: ${text}`, 512)))).toBeGreaterThan(0.99);
      // It tells texts apart.
      expect(cosine(query, small.embed(encode("passage: sin", 512)))).toBeLessThan(0.98);
    },
  );

  test("is the same bytes each time", () => {
    const again = writeModel(Buffer.from(small.packed));
    for (const [name, bytes] of Object.entries(writeModel(small.packed)))
      expect(Buffer.from(bytes).equals(again[name as keyof typeof again]), name).toBe(true);
  });
});

test("the folder of the other model is refused by name", async () => {
  const embedder = embeddings.createLocalEmbedder({ model: "multilingual", modelDir: inject("modelDir") });
  await expect(embedder.ready()).rejects.toThrow(/WordPiece, not Unigram: MNEME_LOCAL_MODEL/);
  await embedder.close();
});

describe("a packed model that isn't one", () => {
  test.each([
    ["another format", Buffer.from("GGUF0000000000000000000000000000")],
    ["cut in its header", small.packed.subarray(0, 90)],
    ["cut in its weights", small.packed.subarray(0, -1)],
  ])("is refused: %s", (_, file) => {
    expect(() => writeModel(file)).toThrow(/packed model/);
  });

  test("says which tensor it lacks", () => {
    const model = readPackedModel(small.packed);
    expect(() => model.tensor("l1.q.w", "q4_0", 384)).toThrow("no tensor l1.q.w");
    expect(() => model.tensor("emb.ln.w", "float32", 383)).toThrow("no tensor emb.ln.w");
  });
});

function cosine(one: Float32Array, other: readonly number[]): number {
  return other.reduce((sum, value, at) => sum + value * (one[at] ?? 0), 0);
}
