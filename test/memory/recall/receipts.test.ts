import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { receiptView, replayView } from "../../../src/http/receipts/schemas.js";
import { as, createKey } from "../../support/acts/access.js";
import { answer } from "../../support/embeddings/fake-openai.js";
import { bodyOf, newNamespace, pathOf, read, recall, remember, revise } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { startMoodyProvider, well } from "../../support/embeddings/flaky-provider.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { said } from "../../support/acts/trust.js";

type Receipt = z.infer<typeof receiptView>;
type Replay = z.infer<typeof replayView>;

let open: Service;
let service: Service;
beforeAll(async () => {
  open = await startService({ MNEME_EMBEDDER: "local" });
  service = as(open, (await createKey(open, { human: true })).key);
});
afterAll(() => open.stop());

const receiptOf = async (id: string | null): Promise<Receipt> =>
  bodyOf<Receipt>(await service.send("GET", `/v1/receipts/${id}`), 200);
const replay = async (id: string | null): Promise<Replay> =>
  bodyOf<Replay>(await service.send("POST", `/v1/receipts/${id}/replay`), 200);

test("what exactly did the agent see when it decided? The fraud case", async () => {
  const namespace = newNamespace();
  const limit = await remember(service, namespace, {
    content: "Transfers above 10,000 need a second approval.",
  });
  const account = await remember(service, namespace, {
    content: "The account DE-4410-X belongs to Orbis Ltd.",
  });
  const noise = await remember(service, namespace, { content: "The transfer desk closes at six." });
  const decided = await recall(service, {
    query: "Does a transfer to DE-4410-X need a second approval?",
    namespaces: [namespace],
    thread_id: "payments-7",
    checkpoint_id: "1ef-c",
  });
  expect(decided.receipt_id).not.toBeNull();
  await sleep(3);
  // Afterwards somebody covers it up.
  await revise(service, limit, { content: "Transfers above 100,000 need a second approval." });
  await service.send("DELETE", pathOf(noise));
  const later = await remember(service, namespace, {
    content: "A second approval for transfers is optional.",
  });

  const receipt = await receiptOf(decided.receipt_id);
  expect(receipt).toMatchObject({ thread_id: "payments-7", checkpoint_id: "1ef-c", namespaces: [namespace] });
  expect(receipt.hits.map(({ id, version, score }) => ({ id, version, score }))).toEqual(
    decided.hits.map(({ memory, score }) => ({
      id: memory.id,
      version: memory.version,
      score: Number(Math.fround(score).toPrecision(7)),
    })),
  );
  for (const [index, { memory }] of decided.hits.entries()) {
    const known = receipt.hits[index]?.memory;
    if (memory.id === noise.id) expect(known).toBeNull();
    else expect(known).toMatchObject({ id: memory.id, content: memory.content, version: memory.version });
  }
  const again = await replay(decided.receipt_id);
  expect(again.receipt).toEqual(receipt);
  expect(again.changes).toEqual({ gone: [noise.id], added: [later.id], revised: [limit.id] });
  const contents = again.now.hits.map(({ memory }) => memory.content);
  expect(contents).toContain("Transfers above 100,000 need a second approval.");
  expect(again.now.hits.map(({ memory }) => memory.id)).toContain(account.id);

  // As of then, the same recall finds the same, but for what was deleted for good.
  const asOf = await recall(service, { query: receipt.query, namespaces: [namespace], as_of: receipt.at });
  const then = decided.hits.filter(({ memory }) => memory.id !== noise.id);
  expect(asOf.hits.map(({ memory }) => [memory.id, memory.version]).toSorted()).toEqual(
    then.map(({ memory }) => [memory.id, memory.version]).toSorted(),
  );
});

test("a receipt of an as-of recall, with a vector of the caller's own, is replayed as things are now", async () => {
  const namespace = newNamespace();
  const vector = Array.from({ length: 384 }, (_, index) => (index === 0 ? 1 : 0));
  const first = await remember(service, namespace, { content: "one", embedding: vector });
  await sleep(3);
  await revise(service, first, { content: "two", embedding: vector });
  const request = { query: "?", embedding: vector, namespaces: [namespace], mode: "vector" };
  const past = await recall(service, { ...request, as_of: first.recorded_at });
  expect(past.hits.map(({ memory }) => memory.content)).toEqual(["one"]);
  const receipt = await receiptOf(past.receipt_id);
  expect(receipt).toMatchObject({ as_of: first.recorded_at, mode: "vector" });
  expect(receipt.hits.map(({ memory }) => memory?.content)).toEqual(["one"]);
  const now = await replay(past.receipt_id);
  expect(now.now.hits.map(({ memory }) => memory.content)).toEqual(["two"]);
  expect(now.changes).toEqual({ gone: [], added: [], revised: [first.id] });
});

describe("what is recalled while a revision is under way", () => {
  test("is what the receipt holds and what recall says as of then", async () => {
    const provider = await startMoodyProvider();
    const slow = await provider.serve();
    const namespace = newNamespace();
    const memory = await remember(slow, namespace, { content: "The code is 4410." });
    // The revision's vector comes when the recall has been answered.
    let answerNow = (): void => {};
    const asked = new Promise<void>((resolve) => {
      provider.mood = ({ input }, response) => {
        if (!input.some((text) => text.includes("7723"))) return false;
        answerNow = () => {
          provider.mood = well;
          answer(response, 500, { error: { message: "out of order" } });
        };
        resolve();
        return true;
      };
    });
    const revised = revise(slow, memory, { content: "The code is 7723." });
    await asked;
    const ask = { query: "code", namespaces: [namespace] };
    const { hits, receipt_id } = await recall(slow, ask);
    expect(hits.map((hit) => hit.memory.version)).toEqual([1]);
    await sleep(3);
    answerNow();
    expect(await revised).toMatchObject({ version: 2 });
    const receipt = bodyOf<Receipt>(await slow.send("GET", `/v1/receipts/${receipt_id}`), 200);
    expect(receipt.hits).toMatchObject([{ memory: { content: "The code is 4410.", version: 1 } }]);
    const asOf = await recall(slow, { ...ask, as_of: receipt.at });
    expect(asOf.hits.map((hit) => hit.memory.version)).toEqual([1]);
  });

  test("a memory isn't recalled as of a time when it was still being embedded", async () => {
    const provider = await startMoodyProvider();
    const slow = await provider.serve();
    const namespace = newNamespace();
    const before = await remember(slow, namespace, { content: "The first walrus." });
    let then = "";
    provider.mood = (_, response) => {
      // What came before is on record, and what is being embedded isn't.
      setTimeout(() => {
        then = new Date().toISOString();
        provider.mood = well;
        answer(response, 500, { error: { message: "out of order" } });
      }, 20);
      return true;
    };
    const late = await remember(slow, namespace, { content: "The second walrus." });
    const { hits } = await recall(slow, { query: "walrus", namespaces: [namespace], as_of: then });
    expect(hits.map(({ memory }) => memory.id)).toEqual([before.id]);
    expect(late.recorded_at > then).toBe(true);
  });
});

describe("a receipt", () => {
  test("tells how far each was trusted then, what else was asked for, and when", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "Orbis Ltd is a supplier." });
    const asked = {
      query: "supplier",
      namespaces: [namespace],
      valid_at: "2026-01-01T00:00:00.000Z",
      min_trust: 0.1,
      expand: "entities",
      memory_types: ["semantic"],
    };
    const { receipt_id, hits } = await recall(service, asked);
    await said(service, memory, "contradicted", "human");
    const receipt = await receiptOf(receipt_id);
    expect(receipt).toMatchObject({
      valid_at: asked.valid_at,
      min_trust: 0.1,
      min_score: null,
      expand: "entities",
      filter: { memory_types: ["semantic"] },
      hits: [{ trust: hits[0]?.memory.trust }],
    });
    expect((await read(service, memory)).trust).toBeLessThan(receipt.hits[0]?.trust ?? 0);
    const past = await recall(service, { ...asked, as_of: memory.recorded_at });
    const other = await receiptOf(past.receipt_id);
    expect(other.as_of).toBe(memory.recorded_at);
    expect(other.at > receipt.at).toBe(true);
  });

  test("of a pattern is there for the key that it was given to, as far as that may read", async () => {
    const root = newNamespace();
    await remember(service, `${root}.mine`, { content: "a walrus" });
    const grants = [{ namespace: `${root}.mine`, verbs: ["read"] }];
    const mine = as(open, (await createKey(service, { agent: "a", grants })).key);
    const same = as(open, (await createKey(service, { agent: "a", grants })).key);
    const { receipt_id, hits } = await recall(mine, { query: "walrus", namespaces: [`${root}.**`] });
    expect(hits).toHaveLength(1);
    expect((await mine.send("GET", `/v1/receipts/${receipt_id}`)).status).toBe(200);
    expect((await mine.send("POST", `/v1/receipts/${receipt_id}/replay`)).status).toBe(200);
    expect((await same.send("GET", `/v1/receipts/${receipt_id}`)).status).toBe(404);
  });

  test("is replayed without using what it finds", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "a walrus", ttl_seconds: 3600 });
    const ask = { query: "walrus", namespaces: [namespace] };
    const { receipt_id } = await recall(service, { ...ask, touch: false });
    expect((await replay(receipt_id)).now.hits).toHaveLength(1);
    const { receipt_id: used } = await recall(service, ask);
    expect(used).not.toBeNull();
    await until(
      () => read(service, memory),
      ({ expiry }) => expiry?.uses === 1,
    );
    await replay(receipt_id);
    expect((await read(service, memory)).expiry?.uses).toBe(1);
  });

  test("is there for who may read all that it is of, and for nobody else", async () => {
    const [one, two] = [newNamespace(), newNamespace()];
    await remember(service, one, { content: "a walrus" });
    const { receipt_id } = await recall(service, { query: "walrus", namespaces: [one, two] });
    const reader = async (namespaces: string[]) => {
      const grants = namespaces.map((namespace) => ({ namespace, verbs: ["read"] }));
      return as(open, (await createKey(service, { agent: "a", grants })).key);
    };
    for (const partial of [await reader([one]), await reader([two])]) {
      for (const [method, path] of [
        ["GET", `/v1/receipts/${receipt_id}`],
        ["POST", `/v1/receipts/${receipt_id}/replay`],
      ] as const) {
        expect(await partial.send(method, path)).toMatchObject({ status: 404, body: { code: "not_found" } });
      }
    }
    const whole = await reader([one, two]);
    expect((await whole.send("GET", `/v1/receipts/${receipt_id}`)).status).toBe(200);
    expect((await whole.send("GET", `/v1/receipts/01JD8Q4V7K3W5N0R2T6Y9B1C4D`)).status).toBe(404);
    expect((await whole.send("GET", `/v1/receipts/x`)).status).toBe(400);
  });

  test("names a thread as long as threads' own routes take", async () => {
    const [thread_id, checkpoint_id] = ["t".repeat(2048), "c".repeat(2048)];
    const request = { query: "x", namespaces: [newNamespace()], thread_id, checkpoint_id };
    const { receipt_id } = await recall(service, request);
    const receipt = await service.send("GET", `/v1/receipts/${receipt_id}`);
    expect(receipt).toMatchObject({ status: 200, body: { thread_id, checkpoint_id } });
    const longer = await service.send("POST", "/v1/recall", { ...request, thread_id: `${thread_id}t` });
    expect(longer).toMatchObject({ status: 400, body: { errors: [{ field: "thread_id" }] } });
  });

  test("is kept of as many recalls as the namespace's settings say, and of each that asks for one", async () => {
    const namespace = newNamespace();
    const ask = async (more: Json = {}) =>
      (await recall(service, { query: "x", namespaces: [namespace], ...more })).receipt_id;
    const set = async (settings: Json) =>
      expect((await putSettings(service, namespace, settings)).status).toBe(200);
    await set({ receipts: { share: 0 } });
    expect(await ask()).toBeNull();
    expect(await ask({ namespaces: [namespace, newNamespace()] })).toBeNull();
    expect(await ask({ receipt: true })).not.toBeNull();
    await set({ receipts: { share: 0.5 } });
    const kept: boolean[] = [];
    for (let number = 0; number < 60; number++) kept.push((await ask()) !== null);
    // One in a million runs is outside.
    expect(kept.filter(Boolean).length).toBeGreaterThan(10);
    expect(kept.filter(Boolean).length).toBeLessThan(50);
    await set({ retention: { receipts_seconds: 0 } });
    expect(await ask({ receipt: true })).toBeNull();
    expect(await ask({ receipt: true, namespaces: [namespace, newNamespace()] })).toBeNull();
  });

  test("goes with its namespace, alone or with others", async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    await remember(service, namespace, { content: "a walrus" });
    const kept = [];
    for (const namespaces of [[namespace], [namespace, other], [other]])
      kept.push((await recall(service, { query: "walrus", namespaces })).receipt_id);
    for (const id of kept) expect((await service.send("GET", `/v1/receipts/${id}`)).status).toBe(200);
    expect((await service.send("DELETE", `/v1/namespaces/${namespace}`)).status).toBe(200);
    const statuses = await Promise.all(
      kept.map(async (id) => (await service.send("GET", `/v1/receipts/${id}`)).status),
    );
    expect(statuses).toEqual([404, 404, 200]);
  });

  test("no receipt is kept where none is wanted", async () => {
    const namespace = newNamespace();
    const { receipt_id } = await recall(service, { query: "x", namespaces: [namespace], receipt: false });
    expect(receipt_id).toBeNull();
    const without = await startService({ RECEIPT_RETENTION_DAYS: "0" });
    expect((await recall(without, { query: "x", namespaces: [namespace] })).receipt_id).toBeNull();
    await without.stop();
  });
});
