import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Embedder } from "../../../src/embeddings/embedder.js";

export interface ContractOptions {
  /** Whether vectors mean something: then similar texts must be near. */
  readonly isReal?: boolean;
}

const ODD_TEXTS = {
  "one letter": "a",
  "white space": " \t\n ",
  umlauts: "Grüße aus Köln, ÉTÉ à Nîmes, İstanbul, ΟΔΟΣ",
  Chinese: "记忆服务需要可靠地保存每一个事实。",
  "emoji with joiners": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
  "lone surrogates": "\ud83d and \ude00 and \udc00\ud800",
  NUL: "before\0after",
  "special tokens": "[CLS] [SEP] [MASK] <|endoftext|>",
  "a word of 32 KiB": "a".repeat(32_768),
  "32 KiB of emoji": "😀".repeat(8_192),
};

/** What every Embedder must do; `factory` makes a new one, which the suite closes. */
export function embedderContract(
  name: string,
  factory: () => Promise<Embedder>,
  { isReal = false }: ContractOptions = {},
): void {
  describe(`${name} as an Embedder`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await factory();
      await embedder.ready();
    });
    afterAll(() => embedder.close());

    test("names its model safely for keys", () => {
      expect(embedder.model.id).toMatch(/^[a-z0-9.-]{1,64}$/);
      expect(embedder.model.id).toContain(String(embedder.model.dimensions));
    });

    test("gives one unit vector per text, in order", async () => {
      const texts = ["first", "second", "third", "first"];
      const together = await embedder.embedPassages(texts);
      expect(together).toHaveLength(4);
      for (const [index, text] of texts.entries()) {
        const [alone] = await embedder.embedPassages([text]);
        expect(together[index]).toEqual(alone);
      }
      together.forEach((vector) => expectUnit(vector, embedder));
    });

    test("gives the same vector for the same query", async () => {
      const [one, other] = await Promise.all([embedder.embedQuery("again"), embedder.embedQuery("again")]);
      expectUnit(one, embedder);
      expect(one).toEqual(other);
      expect(await embedder.embedQuery("again")).toEqual(one);
    });

    test("embeds nothing when there is nothing", async () => {
      expect(await embedder.embedPassages([])).toEqual([]);
    });

    test.each(Object.entries(ODD_TEXTS))("embeds %s", async (_name, text) => {
      const [vector] = await embedder.embedPassages([text]);
      expectUnit(vector, embedder);
      expectUnit(await embedder.embedQuery(text), embedder);
    });

    test("leaves a text that fits in one passage", async () => {
      expect(await embedder.passages("Anna lives in Lisbon.\n\nShe moved in May.")).toEqual([
        "Anna lives in Lisbon.\n\nShe moved in May.",
      ]);
      expect(await embedder.passages("")).toEqual([""]);
    });

    test("splits a long text into passages from its beginning to its end", async () => {
      const sentences = Array.from({ length: 600 }, (_, i) => `Fact ${i} is about the number ${i * 7}.`);
      const content = sentences.join(" ");
      const passages = await embedder.passages(content);
      expect(passages.length).toBeGreaterThan(5);
      expect(content.startsWith(passages[0] ?? "?")).toBe(true);
      expect(content.endsWith(passages.at(-1) ?? "?")).toBe(true);
      for (const sentence of sentences)
        expect(passages.some((passage) => passage.includes(sentence))).toBe(true);
    });

    test("stops waiting when the caller aborts", async () => {
      const controller = new AbortController();
      const reason = new Error("no longer needed");
      const calls = [
        embedder.embedPassages(["abort me"], AbortSignal.abort(reason)),
        embedder.embedQuery("abort me", AbortSignal.abort(reason)),
        embedder.embedPassages(
          Array.from({ length: 200 }, (_, i) => `abort me later ${i}`),
          controller.signal,
        ),
      ];
      controller.abort(reason);
      for (const call of await Promise.allSettled(calls)) expect(call).toMatchObject({ reason });
      expectUnit(await embedder.embedQuery("still here"), embedder);
    });

    test("rejects after it was closed, and what waited then", async () => {
      const closing = await factory();
      await closing.ready();
      const waiting = closing.embedPassages(Array.from({ length: 50 }, (_, i) => `waits ${i}`));
      const outcome = expect(waiting).rejects.toMatchObject({ name: "EmbeddingUnavailable" });
      await closing.close();
      await outcome;
      await expect(closing.embedQuery("too late")).rejects.toMatchObject({ name: "EmbeddingUnavailable" });
      await expect(closing.ready()).rejects.toMatchObject({ name: "EmbeddingUnavailable" });
      await closing.close();
    });

    test.runIf(isReal)("puts a paraphrase nearer than an unrelated text", async () => {
      const query = await embedder.embedQuery("Where does Anna live now?");
      const [paraphrase, unrelated] = await embedder.embedPassages([
        "Anna moved to a flat in Lisbon.",
        "The nightly build uses three workers.",
      ]);
      expect(dot(query, paraphrase)).toBeGreaterThan(dot(query, unrelated) + 0.03);
    });
  });
}

export function expectUnit(vector: Float32Array | undefined, { model }: Embedder): void {
  expect(vector).toBeInstanceOf(Float32Array);
  expect(vector).toHaveLength(model.dimensions);
  expect(Math.abs(dot(vector, vector) - 1)).toBeLessThan(1e-5);
}

export function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  let sum = 0;
  a?.forEach((value, index) => (sum += value * (b?.[index] ?? Number.NaN)));
  return a === undefined ? Number.NaN : sum;
}
