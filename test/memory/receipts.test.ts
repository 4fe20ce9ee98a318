import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { receiptView, replayView } from "../../src/http/schemas/receipt.js";
import { as, createKey } from "../support/access.js";
import { bodyOf, newNamespace, pathOf, recall, remember, revise } from "../support/memories.js";
import type { Service } from "../support/service.js";
import { startService } from "../support/service.js";

type Receipt = z.infer<typeof receiptView>;
type Replay = z.infer<typeof replayView>;

let open: Service;
let service: Service;
beforeAll(async () => {
  open = await startService({ MNEME_EMBEDDER: "local" });
  service = as(open, (await createKey(open)).key);
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
    decided.hits.map(({ memory, score }) => ({ id: memory.id, version: memory.version, score })),
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

describe("a receipt", () => {
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

  test("isn't kept where nobody wants one", async () => {
    const namespace = newNamespace();
    const { receipt_id } = await recall(service, { query: "x", namespaces: [namespace], receipt: false });
    expect(receipt_id).toBeNull();
    const without = await startService({ RECEIPT_RETENTION_DAYS: "0" });
    expect((await recall(without, { query: "x", namespaces: [namespace] })).receipt_id).toBeNull();
    await without.stop();
  });
});
