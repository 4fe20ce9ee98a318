import type { ServerResponse } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { embedderContract, expectUnit } from "../support/embeddings/contract.js";
import { embeddings } from "../support/service/built.js";
import type { Embeddings } from "../support/service/built.js";
import { answer, startFakeOpenAI, vectorOf } from "../support/embeddings/fake-openai.js";
import type { Behaviour, EmbeddingRequest, FakeOpenAI } from "../support/embeddings/fake-openai.js";
import { memoryCache } from "../support/embeddings/fakes.js";

const { createEmbedder, createOpenAIEmbedder, EmbeddingRefused, EmbeddingUnavailable } = embeddings;
const DIMENSIONS = 64;
const KEY = "sk-very-secret";

let provider: FakeOpenAI;
beforeAll(async () => {
  provider = await startFakeOpenAI(DIMENSIONS);
});
afterAll(() => provider.close());

/** For requests that are given up: one that never arrived leaves its answer to nobody else's request. */
async function providerOfOwn(...behaviours: readonly Behaviour[]): Promise<FakeOpenAI> {
  const own = await startFakeOpenAI(DIMENSIONS);
  onTestFinished(() => own.close());
  own.next(...behaviours);
  return own;
}

const hang = (): boolean => true;

function create(options: Partial<Parameters<Embeddings["createOpenAIEmbedder"]>[0]> = {}) {
  return createOpenAIEmbedder({
    apiKey: KEY,
    baseURL: provider.baseURL,
    model: "test-model",
    dimensions: DIMENSIONS,
    timeoutMs: 10_000,
    ...options,
  });
}

embedderContract("openai", async () => create());
embedderContract("openai with cache, coalescing and breaker", async () => {
  const embedder = createEmbedder({
    provider: "openai",
    apiKey: KEY,
    baseURL: provider.baseURL,
    model: "test-model",
    dimensions: DIMENSIONS,
    cache: memoryCache(),
  });
  if (embedder === undefined) throw new Error("expected an embedder");
  return embedder;
});

describe("createOpenAIEmbedder", () => {
  test.each(["base64", "float"] as const)(
    "reads vectors sent as %s, and sends texts as they are",
    async (encoding) => {
      const [vector] = await create({ encoding }).embedPassages(["two\nlines"]);
      const expected = vectorOf("two\nlines", DIMENSIONS);
      const length = Math.hypot(...expected);
      expected.forEach((value, i) => expect(vector?.[i]).toBeCloseTo(value / length, 6));
      expect(provider.requests.at(-1)).toEqual({
        model: "test-model",
        input: ["two\nlines"],
        dimensions: DIMENSIONS,
        encoding_format: encoding,
      });
      expect(provider.headers()["authorization"]).toBe(`Bearer ${KEY}`);
    },
  );

  test("accepts numbers from a provider that was asked for base64", async () => {
    provider.next((request, response) =>
      answer(response, 200, {
        data: request.input.map((text) => ({ embedding: [...vectorOf(text, DIMENSIONS)] })),
      }),
    );
    const embedder = create();
    expectUnit(await embedder.embedQuery("numbers"), embedder);
  });

  test("makes a request of each batch, in order", async () => {
    const before = provider.requests.length;
    const embedder = create({ batchSize: 4 });
    const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    const vectors = await embedder.embedPassages(texts);
    expect(
      provider.requests
        .slice(before)
        .map(({ input }) => input.length)
        .toSorted(),
    ).toEqual([2, 4, 4]);
    expect(vectors[9]).toEqual(await embedder.embedQuery("text 9"));
  });

  test("knows the dimensions of OpenAI's models and asks for others", () => {
    const known = (model: string) => createOpenAIEmbedder({ apiKey: KEY, model }).model;
    expect(known("text-embedding-3-small")).toMatchObject({
      id: "text-embedding-3-small-1536",
      dimensions: 1536,
    });
    expect(known("text-embedding-3-large").dimensions).toBe(3072);
    expect(known("text-embedding-ada-002").dimensions).toBe(1536);
    expect(() => known("some/other")).toThrow("dimensions");
  });

  test("never gives two models one id", () => {
    const id = (model: string, dimensions = 64) =>
      createOpenAIEmbedder({ apiKey: KEY, model, dimensions }).model.id;
    const names = ["a-b", "a/b", "A-b", "a b", "記憶", "x".repeat(80), `${"x".repeat(80)}y`];
    const ids = [...names.map((name) => id(name)), id("a-b", 65)];
    expect(new Set(ids).size).toBe(ids.length);
    for (const one of ids) expect(one).toMatch(/^[a-z0-9.-]{1,64}$/);
  });

  test.each([429, 500, 503])("tries again after %i", async (status) => {
    const before = provider.requests.length;
    provider.next((_request, response) => answer(response, status, { error: { message: "later" } }));
    const embedder = create();
    expectUnit(await embedder.embedQuery("retried"), embedder);
    expect(provider.requests).toHaveLength(before + 2);
  });

  test("waits as long as the provider asks, but not longer than a caller would", async () => {
    const busy = (seconds: string) => (_request: unknown, response: Parameters<typeof answer>[0]) =>
      answer(response, 429, {}, { "retry-after": seconds });
    provider.next(busy("1"));
    const started = performance.now();
    await create().embedQuery("retried");
    expect(performance.now() - started).toBeGreaterThan(990);
    provider.next(busy("60"));
    await expect(create().embedQuery("not retried")).rejects.toThrow("limits the rate");
  });

  test("gives up after its retries", async () => {
    const before = provider.requests.length;
    const fail = (_request: unknown, response: Parameters<typeof answer>[0]) => answer(response, 500, "oops");
    provider.next(fail, fail);
    await expect(create({ maxRetries: 1 }).embedQuery("q")).rejects.toMatchObject({
      name: "EmbeddingUnavailable",
    });
    expect(provider.requests).toHaveLength(before + 2);
  });

  const failures: [string, number, unknown, string][] = [
    ["a wrong key", 401, { error: { message: `Incorrect API key ${KEY}` } }, "rejects the key"],
    ["no permission", 403, { error: { message: KEY } }, "rejects the key"],
    ["an unknown model", 404, { error: { message: "no such model" } }, "doesn't know the model"],
    ["no quota", 429, { error: { code: "insufficient_quota", message: "pay" } }, "no quota"],
    [
      "a parameter of ours",
      400,
      { error: { param: "dimensions", message: "bad" } },
      "rejects the configured dimensions",
    ],
    ["malformed JSON", 200, '{"data": [', "malformed"],
    ["no data", 200, { object: "list" }, "malformed"],
    ["too few vectors", 200, { data: [] }, "malformed"],
    ["a wrong dimension", 200, { data: [{ embedding: [1, 2, 3] }] }, "3 dimensions instead of 64"],
    ["null in a vector", 200, { data: [{ embedding: Array.from({ length: 64 }, () => null) }] }, "64 finite"],
    [
      "NaN in a vector",
      200,
      { data: [{ embedding: Buffer.alloc(256, 0xff).toString("base64") }] },
      "64 finite",
    ],
    ["a vector of zeros", 200, { data: [{ embedding: Array.from({ length: 64 }, () => 0) }] }, "64 finite"],
  ];
  test.each(failures)(
    "is unavailable on %s, without telling key or text",
    async (_name, status, body, message) => {
      const before = provider.requests.length;
      provider.next((_request, response) => answer(response, status, body));
      const error: unknown = await create()
        .embedQuery("confidential")
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EmbeddingUnavailable);
      expect(String(error)).toContain(message);
      expect(JSON.stringify([String(error), error, (error as Error).cause])).not.toMatch(
        /secret|confidential/,
      );
      expect(provider.requests).toHaveLength(before + 1);
    },
  );

  test.each([400, 413, 422])("takes %i for a refusal of the input", async (status) => {
    provider.next((_request, response) =>
      answer(response, status, { error: { message: "confidential is too long" } }),
    );
    const refused = create().embedPassages(["confidential"]);
    await expect(refused).rejects.toBeInstanceOf(EmbeddingRefused);
    await expect(refused).rejects.not.toThrow("confidential");
  });

  test("gives each text the vector that the provider numbers for it, in whatever order they come", async () => {
    const texts = Array.from({ length: 9 }, (_, index) => `text ${index}`);
    provider.next(({ input }, response) =>
      answer(response, 200, {
        data: input
          .map((text, index) => ({ index, embedding: [...vectorOf(text, DIMENSIONS)] }))
          .toReversed(),
      }),
    );
    const embedder = create();
    const shuffled = await embedder.embedPassages(texts);
    expect(shuffled).toEqual(await create({ encoding: "float" }).embedPassages(texts));
  });

  test.each([
    ["a vector is missing", [0, 1]],
    ["a vector comes twice", [0, 1, 1]],
    ["a vector is one too many", [0, 1, 2, 2]],
    ["a number belongs to no text", [0, 1, 3]],
    ["only some are numbered", [0, 1, undefined]],
  ])("is unavailable where %s, and no text gets another one's vector", async (_, numbers) => {
    provider.next((_request, response) =>
      answer(response, 200, {
        data: numbers.map((index) => ({ index, embedding: [...vectorOf("x", DIMENSIONS)] })),
      }),
    );
    const error: unknown = await create()
      .embedPassages(["a", "b", "c"])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmbeddingUnavailable);
    expect(String(error)).toContain("malformed");
  });

  test("takes vectors in their order from a provider that numbers none", async () => {
    provider.next(({ input }, response) =>
      answer(response, 200, { data: input.map((text) => ({ embedding: [...vectorOf(text, DIMENSIONS)] })) }),
    );
    const texts = ["a", "b"];
    expect(await create().embedPassages(texts)).toEqual(
      await create({ encoding: "float" }).embedPassages(texts),
    );
  });

  test.each([
    ["names the parameter", { error: { param: "encoding_format", message: "unknown" } }],
    ["only refuses", { error: { message: "bad request" } }],
  ])("falls back to numbers, for good, at a provider that takes no base64 and %s", async (_, body) => {
    const fussy = await startFakeOpenAI(DIMENSIONS);
    onTestFinished(() => fussy.close());
    const arm = (): void =>
      fussy.next((request, response) => {
        arm();
        return request.encoding_format === "base64" && answer(response, 400, body);
      });
    arm();
    const embedder = create({ baseURL: fussy.baseURL });
    const texts = ["a", "b", "c"];
    const vectors = await Promise.all(texts.map((text) => embedder.embedPassages([text])));
    expect(vectors.flat()).toEqual(await create({ encoding: "float" }).embedPassages(texts));
    const asked = fussy.requests.length;
    await embedder.embedQuery("d");
    expect(fussy.requests).toHaveLength(asked + 1);
    expect(fussy.requests.at(-1)?.encoding_format).toBe("float");
  });

  test("is unavailable, and not ready, at a provider that refuses whatever it is sent", async () => {
    const closed = await startFakeOpenAI(DIMENSIONS);
    onTestFinished(() => closed.close());
    const arm = (): void =>
      closed.next((_request, response) => {
        arm();
        return answer(response, 422, { error: { message: "confidential" } });
      });
    arm();
    const embedder = create({ baseURL: closed.baseURL });
    const calls = await Promise.allSettled(["a", "b"].map((text) => embedder.embedPassages([text])));
    for (const call of calls) expect(call).toMatchObject({ reason: { name: "EmbeddingUnavailable" } });
    await expect(embedder.ready()).rejects.toThrow("refuses every text");
    await expect(embedder.ready()).rejects.not.toThrow("confidential");
  });

  test.each<[string, Behaviour]>([
    ["before it begins", hang],
    [
      "in the middle of its body",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        return response.write('{"data": [') || true;
      },
    ],
  ])("a slow answer times out %s", async (_name, behaviour) => {
    const { baseURL } = await providerOfOwn(behaviour);
    const embedder = create({ baseURL, timeoutMs: 1500, maxRetries: 0 });
    await expect(embedder.embedQuery("never")).rejects.toBeInstanceOf(EmbeddingUnavailable);
  });

  test("a slow answer times out even if garbage is collected in between", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { baseURL } = await providerOfOwn(hang, hang, hang, hang);
    const embedder = create({ baseURL, timeoutMs: 1500, maxRetries: 0 });
    const calls = Promise.allSettled(["a", "b", "c", "d"].map((text) => embedder.embedQuery(text)));
    const collecting = setInterval(collect, 50);
    onTestFinished(() => clearInterval(collecting));
    for (const call of await calls) expect(call).toMatchObject({ reason: { name: "EmbeddingUnavailable" } });
  });

  test("tries again when the connection ends in the middle of an answer", async () => {
    const before = provider.requests.length;
    provider.next((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"data": [');
      setTimeout(() => response.destroy(), 20);
      return true;
    });
    const embedder = create();
    expectUnit(await embedder.embedQuery("cut off"), embedder);
    expect(provider.requests).toHaveLength(before + 2);
  });

  test("is unavailable when no server listens", async () => {
    const gone = await startFakeOpenAI(DIMENSIONS);
    await gone.close();
    const embedder = create({ baseURL: gone.baseURL, maxRetries: 1 });
    await expect(embedder.embedQuery("q")).rejects.toThrow("can't be reached");
    await expect(embedder.ready()).rejects.toBeInstanceOf(EmbeddingUnavailable);
  });

  test("asks the provider for readiness only now and then", async () => {
    const embedder = create();
    const before = provider.requests.length;
    await Promise.all([embedder.ready(), embedder.ready()]);
    await embedder.ready();
    expect(provider.requests).toHaveLength(before + 1);
  });

  test("abort and close cut a request off", async () => {
    const { baseURL } = await providerOfOwn(hang, hang);
    const embedder = create({ baseURL, timeoutMs: 60_000 });
    await expect(embedder.embedQuery("q", AbortSignal.timeout(100))).rejects.toMatchObject({
      name: "TimeoutError",
    });
    const waiting = embedder.embedPassages(["p"]);
    setTimeout(() => void embedder.close(), 50);
    await expect(waiting).rejects.toThrow("closed");
  });
});

describe("what is wrong with a provider has a code", () => {
  const floats = (count: number, value: number): string =>
    Buffer.from(new Float32Array(count).fill(value).buffer).toString("base64");
  const vector = (embedding: string) => (_: EmbeddingRequest, response: ServerResponse) =>
    answer(response, 200, { data: [{ object: "embedding", index: 0, embedding }] });
  const status =
    (code: number, body: unknown = {}) =>
    (_: EmbeddingRequest, response: ServerResponse) =>
      answer(response, code, body);

  test.each<[string, Behaviour]>([
    ["key_rejected", status(401)],
    ["model_unknown", status(404)],
    ["quota_used_up", status(429, { error: { code: "insufficient_quota" } })],
    ["rate_limited", status(429)],
    ["provider_failed", status(500)],
    ["malformed_reply", status(200, "<html>")],
    ["wrong_dimensions", vector(floats(DIMENSIONS - 1, 1))],
    ["not_finite", vector(floats(DIMENSIONS, Number.NaN))],
    ["timed_out", hang],
    ["unreachable", (_, response) => Boolean(response.destroy())],
  ])("%s", async (fault, behaviour) => {
    const heard: (string | undefined)[] = [];
    const { baseURL } = await providerOfOwn(behaviour);
    const embedder = createEmbedder({
      provider: "openai",
      apiKey: KEY,
      baseURL,
      model: "test-model",
      dimensions: DIMENSIONS,
      timeoutMs: fault === "timed_out" ? 500 : 10_000,
      maxRetries: 0,
      onHealth: (error) => heard.push(error?.fault),
    });
    await expect(embedder?.embedQuery("q")).rejects.toMatchObject({ name: "EmbeddingUnavailable", fault });
    expect(heard).toEqual([fault]);
    await embedder?.close();
  });

  test("what finds out why a text was refused goes on for others when the caller that began it has gone", async () => {
    const refuse = status(400, { error: { message: "bad input" } });
    const slow: Behaviour = ({ input }, response) => {
      const data = input.map((text, index) => ({
        object: "embedding",
        index,
        embedding: Array.from(vectorOf(text, DIMENSIONS)),
      }));
      setTimeout(() => answer(response, 200, { data }), 400);
      return true;
    };
    const own = await providerOfOwn(refuse, slow, refuse);
    const embedder = create({ baseURL: own.baseURL, encoding: "float" });
    const leaving = new AbortController();
    const first = embedder.embedQuery("one", leaving.signal).catch(() => "left");
    await expect.poll(() => own.requests.length).toBe(2);
    const second = embedder.embedQuery("two");
    const refused = expect(second).rejects.toBeInstanceOf(EmbeddingRefused);
    await expect.poll(() => own.requests.length).toBe(3);
    leaving.abort();
    expect(await first).toBe("left");
    await refused;
  });

  test("tries, and what finds out why a text was refused, take one time-out together", async () => {
    const refuse = status(400, { error: { message: "no such deployment" } });
    const { baseURL } = await providerOfOwn(refuse, hang, hang);
    const since = performance.now();
    const embedder = create({ baseURL, timeoutMs: 4000 });
    await expect(embedder.embedQuery("q")).rejects.toMatchObject({ fault: "timed_out" });
    expect(performance.now() - since).toBeLessThan(7900);
  });
});
