import { randomUUID } from "node:crypto";
import { afterAll, expect, inject, test } from "vitest";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import { createReceiptStore } from "../../../src/redis/receipts/index.js";
import { rewriteStream } from "../../../src/redis/streams/rewrite.js";

const client = createRedisClient({ url: inject("redisUrl") });
await client.connect();
afterAll(() => client.destroy());
const redis = createGateway(client, { timeoutMs: 5000, onMissingIndex: () => {}, observe: () => {} });

/** A stream of more entries than are looked at together, and what it is written again with. */
async function streamOf(length: number) {
  const home = `rewrite-${randomUUID()}`;
  const at = (name: string) => `${home}:${name}:{${home}}`;
  const entries = Array.from({ length }, (_, index) => `${index + 1}-0`);
  const batch = client.multi();
  for (const id of entries) batch.xAdd(at("stream"), id, { n: id });
  await batch.exec();
  afterAll(() => client.unlink(at("stream")));
  const keys = { rewriting: () => at("writer"), rewritten: () => at("aside") };
  const stream = { key: at("stream"), home };
  const left = async () => ((await client.xRange(stream.key, "-", "+")) ?? []).map(({ id }) => id);
  return { deps: { redis, keys }, stream, aside: at("aside"), entries, left };
}

test("A stream that is written again lives as long as its writer, also while no entry is kept", async () => {
  const { deps, stream, aside, entries, left } = await streamOf(1200);
  const rest: number[] = [];
  await rewriteStream(deps, stream, async ({ id }) => {
    if (id === "600-0") await client.pExpire(aside, 30_000);
    if (id === "1100-0") rest.push(await client.pTTL(aside));
    return Number.parseInt(id, 10) <= 500 ? "stays" : "goes";
  });
  // The first walk ends at the first change.
  expect(rest).toHaveLength(1);
  expect(rest[0]).toBeGreaterThan(35_000);
  expect(await left()).toEqual(entries.slice(0, 500));
});

test("A stream that was written again and has lost entries doesn't take the old one's place", async () => {
  const { deps, stream, aside, entries, left } = await streamOf(1200);
  const rewriting = rewriteStream(deps, stream, async ({ id }) => {
    if (id === "1100-0") await client.unlink(aside);
    return Number.parseInt(id, 10) <= 500 ? "stays" : "goes";
  });
  await expect(rewriting).rejects.toMatchObject({ code: "redis_busy" });
  expect(await left()).toEqual(entries);
});

test.each([true, false])(
  "An erasure of receipts ends where its work is called off (dry run: %s)",
  async (dryRun) => {
    const keys = createKeys(`rewrite-${randomUUID()}`);
    await client.hSet(keys.receiptHomes(), "hash", "a");
    await client.xAdd(keys.receipts("a"), "1-0", { r: "not looked at" });
    afterAll(() => client.unlink([keys.receiptHomes(), keys.receipts("a")]));
    const chosen = { mayBeIn: () => true, readable: () => true, unreadable: () => true };
    const erasing = createReceiptStore(redis, keys, async () => true).erase(chosen, dryRun, async () => {
      throw new Error("called off");
    });
    await expect(erasing).rejects.toThrow("called off");
    expect(await client.xLen(keys.receipts("a"))).toBe(1);
  },
);
