import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, inject, test } from "vitest";
import { startSweeper } from "../../src/domain/sweeper.js";
import type { Sweep, Sweeper } from "../../src/domain/sweeper.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { createKeys } from "../../src/redis/keys.js";
import { createLocks } from "../../src/redis/locks/index.js";
import { newNamespace } from "../support/acts/memories.js";

const client = createRedisClient({ url: inject("redisUrl") });
await client.connect();
afterAll(() => client.destroy());
const gateway = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });
const locks = createLocks(gateway, createKeys(newNamespace()));

/** The lock's part of the pause, less what Redis rounds. */
const LEAST = 0.9 * 200 - 2;

/** Four sweepers of one name, as four processes have them, until `count` sweeps have begun. Returns when they began. */
async function beginnings(
  name: string,
  count: number,
  sweep: (sweep: Sweep) => Promise<number>,
): Promise<readonly number[]> {
  const begun: number[] = [];
  const enough = new EventTarget();
  const done = once(enough, "enough");
  const sweepers: Sweeper[] = [];
  for (let nth = 0; nth < 4; nth++) {
    sweepers.push(
      startSweeper({
        name,
        locks,
        everyMs: 200,
        onError: (error) => expect.unreachable(String(error)),
        async sweep(each) {
          begun.push(performance.now());
          if (begun.length === count) enough.dispatchEvent(new Event("enough"));
          return sweep(each);
        },
      }),
    );
    // They don't look at the same moments.
    await sleep(50);
  }
  await done;
  await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
  return begun.slice(0, count);
}

const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? time));

test("four sweepers of one name look as often as one", async () => {
  const gaps = gapsOf(await beginnings("idle", 6, async () => 0));
  for (const gap of gaps) expect(gap).toBeGreaterThan(LEAST);
});

test("a sweep that asks for a longer rest gets it from all sweepers", async () => {
  const [gap] = gapsOf(
    await beginnings("resting", 2, async ({ rest }) => {
      rest(1000);
      return 0;
    }),
  );
  expect(gap).toBeGreaterThan(0.9 * 1000 - 2);
});

test("a sweep that failed leaves the lock to others", async () => {
  const failures: unknown[] = [];
  const sweeper = startSweeper({
    name: "failing",
    locks,
    everyMs: 60_000,
    onError: (error) => failures.push(error),
    sweep: () => Promise.reject(new Error("no luck")),
  });
  await expect.poll(() => failures).toHaveLength(1);
  const lock = await locks.acquire("failing", 1000);
  expect(lock).toBeDefined();
  await lock?.release();
  await sweeper.stop();
});
