import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Memory } from "../support/acts/memories.js";
import {
  bodyOf,
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  remember,
} from "../support/acts/memories.js";
import type { FakeOpenAI } from "../support/embeddings/fake-openai.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import { runs } from "../support/run/long.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

let one: Service;
let two: Service;
beforeAll(async () => {
  one = await startService();
  two = await startService({ MNEME_KEY_PREFIX: one.prefix });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
});

const keyed = (key: string = randomUUID()) => ({ headers: { "idempotency-key": key } });

async function storedAnswers(kind: "answer" | "answers-about" = "answer"): Promise<string[]> {
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  const found: string[] = [];
  for await (const names of redis.scanIterator({ MATCH: `${one.prefix}:${kind}:*`, COUNT: 1000 }))
    found.push(...names);
  redis.destroy();
  return found.toSorted();
}

describe("Idempotency-Key", () => {
  test("a retry gets the first answer, from any process, and nothing happens twice", async () => {
    const namespace = newNamespace();
    const options = keyed();
    const first = await post(one, namespace, { content: "once" }, options);
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    for (const service of [one, two]) {
      const again = await post(service, namespace, { content: "once" }, options);
      expect(again).toMatchObject({ status: 201, text: first.text });
      for (const name of ["location", "etag", "content-type"]) {
        expect(again.headers.get(name)).toBe(first.headers.get(name));
      }
      expect(again.headers.get("idempotency-replayed")).toBe("true");
    }
    expect((await listAll(one, namespace)).map(({ seen_count }) => seen_count)).toEqual([1]);
  });

  test("where no key is needed, a retry gets the first answer whatever its Authorization header says", async () => {
    const namespace = newNamespace();
    const { headers } = keyed();
    const authorizations = [undefined, "Bearer x", "Bearer y", "Basic eDp5"];
    const ask = (authorization: string | undefined) =>
      post(
        one,
        namespace,
        { content: "once" },
        { headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) } },
      );
    for (const each of authorizations) {
      const answer = await ask(each);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("idempotency-replayed")).toBe(each === undefined ? null : "true");
    }
    expect(await listAll(one, namespace)).toHaveLength(1);
  });

  test("an answer that can't be opened is a refusal", async () => {
    const namespace = newNamespace();
    const options = keyed();
    await post(one, namespace, { content: "once" }, options);
    const client = createClient({ url: inject("redisUrl") });
    await client.connect();
    for await (const keys of client.scanIterator({ MATCH: `${one.prefix}:*`, TYPE: "hash" })) {
      for (const key of keys) {
        if ((await client.hExists(key, "answer")) === 1) await client.hSet(key, "answer", "damaged");
      }
    }
    client.destroy();
    expect(await post(one, namespace, { content: "once" }, options)).toMatchObject({
      status: 422,
      body: { code: "idempotency_mismatch" },
    });
  });

  test("with another body, path or query it is refused", async () => {
    const namespace = newNamespace();
    const options = keyed();
    await post(one, namespace, { content: "a" }, options);
    const others = [
      await post(one, namespace, { content: "b" }, options),
      await post(one, newNamespace(), { content: "a" }, options),
      await one.send("POST", `${memoriesOf(namespace)}/batch`, { memories: [] }, options),
    ];
    for (const other of others) {
      expect(other).toMatchObject({
        status: 422,
        body: { code: "idempotency_mismatch", errors: [{ field: "Idempotency-Key" }] },
      });
    }
    expect(await listAll(one, namespace)).toHaveLength(1);
  });

  test("with another condition it is refused, instead of getting the answer to the first one", async () => {
    const path = `/v1/namespaces/${newNamespace()}/state/gate`;
    const options = (match: string) => ({ headers: { ...keyed("conditional").headers, "if-match": match } });
    const put = (match: string) => one.send("PUT", path, { value: 1 }, options(match));
    expect((await put('"7"')).status).toBe(412);
    expect(await put('"8"')).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
    expect((await put('"7"')).headers.get("idempotency-replayed")).toBe("true");
  });

  test("what only reads stores no answer, and a repetition reads again", async () => {
    const namespace = newNamespace();
    await remember(one, namespace, { content: "The pump leaks." });
    const search = { query: "pump", namespaces: [namespace] };
    const recalled = await one.send("POST", "/v1/recall", { ...search, receipt: true });
    const { receipt_id } = recalled.body as { receipt_id: string };
    expect(receipt_id).toBeTypeOf("string");
    const before = await storedAnswers();
    const reads: readonly (readonly [string, unknown])[] = [
      ["/v1/recall", search],
      [`/v1/namespaces/${namespace}/pii/scan`, {}],
      [`/v1/receipts/${receipt_id}/replay`, undefined],
    ];
    for (const [path, body] of reads) {
      const options = keyed();
      for (let time = 0; time < 2; time++) {
        const { status, headers } = await one.send("POST", path, body, options);
        expect([path, status]).toEqual([path, 200]);
        expect(headers.get("idempotency-replayed")).toBeNull();
      }
    }
    expect(await storedAnswers()).toEqual(before);
  });

  test("a request that is refused leaves no trace of the names in its body", async () => {
    const before = await storedAnswers("answers-about");
    const part = (kind: string) =>
      Array.from({ length: 256 }, (_, index) => ({ op: "set", key: `${kind}-${index}` }));
    const path = `/v1/namespaces/${newNamespace()}/state-transactions`;
    const body = { operations: part("operation"), checks: part("check") };
    expect((await one.send("POST", path, body, keyed())).status).toBe(400);
    // Its answer ends with the namespace.
    expect((await storedAnswers("answers-about")).length).toBe(before.length + 1);
  });

  test("of many at once, one acts; the others get its answer, or hear that it isn't there yet", async () => {
    const namespace = newNamespace();
    const options = keyed();
    const ask = (index: number) =>
      post(index % 2 === 0 ? one : two, namespace, { content: "raced" }, options);
    const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => ask(index)));
    for (const answer of answers) {
      if (answer.status === 201) continue;
      expect(answer).toMatchObject({ status: 409, body: { code: "idempotency_busy" } });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
    expect((await ask(0)).status).toBe(201);
    expect((await listAll(one, namespace)).map(({ seen_count }) => seen_count)).toEqual([1]);
  });

  test("a refusal of the act is an answer too; of a request that never came to it, isn't", async () => {
    const namespace = newNamespace();
    const memory = await remember(one, namespace, { content: "a" });
    const target = newNamespace();
    const publish = () =>
      one.send("POST", `${pathOf(memory)}/publish`, { to: namespace }, keyed("k".repeat(255) + ""));
    expect((await publish()).status).toBe(400);
    expect((await publish()).headers.get("idempotency-replayed")).toBe("true");
    const options = keyed();
    const missing = await one.send(
      "POST",
      `${pathOf({ namespace: target, id: memory.id })}/publish`,
      { to: namespace },
      options,
    );
    expect(missing.status).toBe(404);
    bodyOf<Memory>(await one.send("POST", `${pathOf(memory)}/publish`, { to: target }), 201);
    const again = await one.send(
      "POST",
      `${pathOf({ namespace: target, id: memory.id })}/publish`,
      { to: namespace },
      options,
    );
    expect(again.status).toBe(404);
  });

  test("an answer without a body comes again without one", async () => {
    const [namespace, target] = [newNamespace(), newNamespace()];
    const memory = await remember(one, namespace, { content: "a" });
    await one.send("POST", `${pathOf(memory)}/publish`, { to: target });
    const options = keyed();
    for (const replayed of [null, "true"]) {
      const answer = await one.send("POST", `${pathOf(memory)}/unpublish`, { from: target }, options);
      expect(answer).toMatchObject({ status: 204, text: "" });
      expect(answer.headers.get("idempotency-replayed")).toBe(replayed);
    }
  });

  test("takes any printable text as a key, and no other", async () => {
    const namespace = newNamespace();
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    await fc.assert(
      fc.asyncProperty(printable, async (key) => {
        const content = randomUUID();
        const options = keyed(`${key}${content}`.slice(-255));
        const [first, second] = [
          await post(one, namespace, { content }, options),
          await post(two, namespace, { content }, options),
        ];
        expect(first.status).toBe(201);
        expect(second.text).toBe(first.text);
      }),
      { numRuns: runs(25) },
    );
    for (const key of ["", "x".repeat(256), "ä", "a\tb"]) {
      const answer = await post(one, namespace, { content: "refused" }, keyed(key));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "Idempotency-Key" }] } });
    }
  });

  test("nothing of an answer can be read in Redis", async () => {
    const content = `marker ${randomUUID()}`;
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    const key = randomUUID();
    // A recall that finds nothing repeats nothing of the query; the refusal below names the namespace.
    const namespace = newNamespace();
    await post(one, namespace, { content }, keyed(key));
    let answers = 0;
    for await (const names of redis.scanIterator({ MATCH: `${one.prefix}:answer:*`, COUNT: 1000 })) {
      for (const name of names) {
        answers++;
        const stored = JSON.stringify(await redis.hGetAll(name));
        expect(stored).not.toContain(content);
        expect(stored).not.toContain(Buffer.from(content).toString("base64").slice(4, 24));
        expect(stored).not.toContain(key);
        expect(await redis.pTTL(name)).toBeGreaterThan(23 * 3600 * 1000);
      }
    }
    expect(answers).toBeGreaterThan(0);
    redis.destroy();
  });
});

test("an answer that says when to come back isn't kept: the same request is tried again then", async () => {
  const ns = newNamespace();
  const path = `/v1/namespaces/${ns}/consolidations`;
  const memories = Array.from({ length: 200 }, (_, index) => ({
    content: `Pump ${index} of the greenhouse leaks.`,
    memory_type: "episodic",
    timestamp: "2024-03-01T10:00:00Z",
  }));
  await one.send("POST", `${memoriesOf(ns)}/batch`, { memories });
  const tries = ["a", "b", "c", "d"].map((name) => () => {
    const headers = { "idempotency-key": `${ns}-${name}` };
    return one.send("POST", path, { older_than_seconds: 0 }, { headers });
  });
  const answers = await Promise.all(tries.map((attempt) => attempt()));
  const busy = answers.findIndex(({ status }) => status === 409);
  expect(answers[busy]?.body).toMatchObject({ code: "consolidation_busy" });
  expect(answers[busy]?.headers.get("retry-after")).toBe("5");
  const again = await until(
    () => tries[busy]?.() ?? Promise.reject(new Error("none was busy")),
    ({ status }) => status === 202,
  );
  expect(again.headers.get("idempotency-replayed")).toBeNull();
});

/** Never answers the request for this text; asks whether it has come. Memories of other tests may be embedded before it. */
function holdUp(provider: FakeOpenAI, text: string): () => boolean {
  let came = false;
  const wait = (): void =>
    provider.next(({ input }) => {
      came = input.some((each) => each.includes(text));
      if (!came) wait();
      return came;
    });
  wait();
  return () => came;
}

test("a retry of a request whose process was killed acts within 15 seconds", async () => {
  const provider = await startFakeOpenAI(8);
  const lone = await startService({
    MNEME_KEY_PREFIX: one.prefix,
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: "8",
  });
  const namespace = newNamespace();
  const options = keyed();
  const came = holdUp(provider, "cut off");
  const cut = post(lone, namespace, { content: "cut off" }, options).catch(() => "cut");
  await expect.poll(came).toBe(true);
  await lone.kill9();
  expect(await cut).toBe("cut");
  const start = performance.now();
  expect((await post(one, namespace, { content: "cut off" }, options)).body).toMatchObject({
    code: "idempotency_busy",
  });
  await until(
    () => post(one, namespace, { content: "cut off" }, options),
    ({ status }) => status === 201,
  );
  expect(performance.now() - start).toBeLessThan(15_000);
  await provider.close();
});

test("a request that takes longer than a claim is still processed by one process alone", async () => {
  const provider = await startFakeOpenAI(8);
  const slow = await startService({
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: "8",
    MNEME_EMBEDDING_TIMEOUT_MS: "20000",
  });
  const namespace = newNamespace();
  const options = keyed();
  const came = holdUp(provider, "slow");
  const first = post(slow, namespace, { content: "slow" }, options).catch(() => "cut");
  await expect.poll(came).toBe(true);
  await sleep(13_000);
  const retry = await post(slow, namespace, { content: "slow" }, options);
  expect(retry).toMatchObject({ status: 409, body: { code: "idempotency_busy" } });
  await slow.kill9();
  await first;
  await provider.close();
});
