import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, inject, test } from "vitest";
import { takeLease } from "../../src/domain/lease.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import { createLocks } from "../../src/redis/locks/index.js";
import { newNamespace } from "../support/acts/memories.js";

const client = createRedisClient({ url: inject("redisUrl") });
await client.connect();
afterAll(() => client.destroy());
const gateway = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });
const keys = createKeys(newNamespace());
const locks = createLocks(gateway, keys);

/** No busy machine keeps this process from renewing it for as long. */
const leaseMs = 1500;
const take = (name: string, ms: number = leaseMs) => takeLease(locks, name, { leaseMs: ms });

/** Stops this process's event loop, as a long computation does. */
const stall = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe("A lease", () => {
  test("is held however long its holder works, and taken by another one after its end", async () => {
    const lease = await take("work");
    await sleep(3 * leaseMs);
    expect(lease?.held()).toBe(true);
    expect(await take("work")).toBeUndefined();
    await lease?.end();
    const next = await take("work");
    expect(next?.held()).toBe(true);
    await next?.end();
  });

  test("rests as long as its holder says, and no longer", async () => {
    const lease = await take("rest");
    await lease?.end(leaseMs);
    expect(await take("rest")).toBeUndefined();
    await sleep(leaseMs + 50);
    expect(await take("rest")).toBeDefined();
  });

  test("is lost by a process that stood still, before its next renewal could say so", async () => {
    const lease = await take("stall");
    stall(leaseMs + 50);
    expect(lease?.held()).toBe(false);
    const next = await take("stall");
    expect(next?.held()).toBe(true);
    // The first one's renewals come now, and change nothing.
    await sleep(leaseMs);
    expect(lease?.held()).toBe(false);
    expect(next?.held()).toBe(true);
    await lease?.end();
    expect(await take("stall")).toBeUndefined();
    await next?.end();
  });

  test("is still held by a process that stood still for a shorter time", async () => {
    const lease = await take("short", 4000);
    for (let turn = 0; turn < 3; turn++) {
      stall(1600);
      expect(lease?.held()).toBe(true);
      await sleep(400);
    }
    expect(await take("short")).toBeUndefined();
    await lease?.end();
  });

  test("is lost if the lock went to another holder", async () => {
    const lease = await take("taken");
    await client.del(keys.lock("taken"));
    const next = await take("taken");
    expect(next).toBeDefined();
    await expect.poll(() => lease?.held(), { timeout: leaseMs }).toBe(false);
    expect(next?.held()).toBe(true);
    await next?.end();
  });
});
