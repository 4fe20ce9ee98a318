import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterEach, describe, expect, test } from "vitest";
import { newNamespace, read, remember } from "../support/acts/memories.js";
import type { TestRedis, TestRedisOptions } from "../support/redis/start.js";
import { startRedis } from "../support/redis/start.js";
import { failingStart, launchService, startService, until } from "../support/service/service.js";

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

async function newRedis(options?: TestRedisOptions): Promise<TestRedis> {
  const redis = await startRedis(options);
  opened.push(() => redis.stop());
  return redis;
}

async function clientOf({ url }: { readonly url: string }) {
  const client = createClient({ url });
  client.on("error", () => {});
  await client.connect();
  opened.push(async () => client.destroy());
  return client;
}

/** A stack trace, of whatever was thrown. */
const STACK = /^\s+at .*:\d+:\d+/m;

/** Slow enough to be seen: each key takes 2 ms, and Redis answers after each kilobyte. */
const SLOWLY = ["key-load-delay 2000", "loading-process-events-interval-bytes 1024"];
const FILLERS = 2000;

describe("a service that starts while Redis loads its data", () => {
  test.each(["an append-only file", "an append-only file that was rewritten"])(
    "waits with a progress line and then serves what is there, from %s",
    async (kind) => {
      const rewritten = kind.endsWith("rewritten");
      const redis = await newRedis({ appendonly: true });
      const first = await startService({ REDIS_URL: redis.url });
      const memory = await remember(first, newNamespace(), { content: "The lift is out of order." });
      await first.stop();
      const client = await clientOf(redis);
      await Promise.all(
        Array.from({ length: FILLERS }, (_, index) => client.set(`filler:${index}`, "x".repeat(100))),
      );
      // Only the part that a rewrite has made is loaded key by key, so only it can be slowed down.
      if (rewritten) await rewrite(client);
      await redis.kill9();
      await redis.restartLoading(rewritten ? SLOWLY : ["loading-process-events-interval-bytes 1024"]);

      const again = await startService({ REDIS_URL: redis.url, MNEME_KEY_PREFIX: first.prefix });
      opened.push(() => again.kill9());
      expect(await read(again, memory)).toMatchObject({ content: memory.content });
      expect(again.logs()).not.toMatch(STACK);
      if (rewritten) expect(again.logs()).toMatch(/Redis is loading its data: \d+ %, about \d+ s left/);
    },
  );

  test("ends at once on a stop signal", async () => {
    const redis = await newRedis({ appendonly: true });
    const client = await clientOf(redis);
    await Promise.all(Array.from({ length: FILLERS }, (_, index) => client.set(`filler:${index}`, "x")));
    await rewrite(client);
    await redis.restartLoading(["key-load-delay 20000", "loading-process-events-interval-bytes 1024"]);
    const launched = launchService({ REDIS_URL: redis.url });
    await until(
      async () => launched.output(),
      (output) => output.includes("Redis is loading its data"),
    );
    const since = performance.now();
    launched.child.kill("SIGTERM");
    expect(await launched.exited).toBe(1);
    expect(performance.now() - since).toBeLessThan(15_000);
    expect(launched.output()).not.toMatch(STACK);
  });
});

async function rewrite(client: Awaited<ReturnType<typeof clientOf>>): Promise<void> {
  await client.bgRewriteAof();
  await until(
    () => client.info("persistence"),
    (info) => info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0"),
  );
}

test("a service that runs while Redis loads answers 503 and then goes on, with its indexes", async () => {
  const redis = await newRedis({ appendonly: true });
  const service = await startService({ REDIS_URL: redis.url });
  opened.push(() => service.kill9());
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "The lift is out of order." });
  const client = await clientOf(redis);
  await Promise.all(Array.from({ length: FILLERS }, (_, index) => client.set(`filler:${index}`, "x")));
  // Dropped just before the end: nobody but the service makes them again.
  for (const index of (await client.sendCommand(["FT._LIST"])) as unknown as string[]) {
    await client.sendCommand(["FT.DROPINDEX", index]);
  }
  await rewrite(client);
  await redis.kill9();
  await redis.restartLoading(SLOWLY);
  const seen = new Set<number>();
  await until(
    async () => {
      const { status } = await service.send("GET", `/v1/namespaces/${namespace}/memories/${memory.id}`);
      seen.add(status);
      return status;
    },
    (status) => status === 200,
  );
  expect([...seen].toSorted()).toEqual([200, 503]);
  // Without a search or a probe of /readyz that would notice.
  await until(
    async () => (await client.sendCommand(["FT._LIST"])) as unknown as string[],
    (indexes) => indexes.some((name) => name.startsWith(service.prefix)),
  );
});

describe("a Redis that can't serve for a while is waited for at the start", () => {
  async function startsAfter(
    redis: TestRedis,
    reply: RegExp,
    relieve: () => Promise<unknown>,
  ): Promise<void> {
    const launched = launchService({ REDIS_URL: redis.url });
    opened.push(async () => launched.child.kill("SIGKILL"));
    await until(
      async () => launched.output(),
      (output) => reply.test(output),
    );
    await relieve();
    expect(await launched.url, launched.output()).toBeDefined();
    expect(launched.output()).not.toMatch(STACK);
  }

  test("busy with a script", async () => {
    const redis = await newRedis({ config: ["busy-reply-threshold 100"] });
    const [worker, other] = [await clientOf(redis), await clientOf(redis)];
    const script = worker.eval("while true do end").catch((error: unknown) => error);
    await until(
      () =>
        other.ping().then(
          () => "",
          (error: unknown) => String(error),
        ),
      (reply) => reply.includes("BUSY"),
    );
    await startsAfter(redis, /Waiting: .*BUSY/, async () => other.sendCommand(["SCRIPT", "KILL"]));
    await script;
  });

  test("a replica without its primary that serves no stale data, and is promoted", async () => {
    const redis = await newRedis({
      config: ["replicaof 127.0.0.1 1", "replica-serve-stale-data no", "replica-read-only no"],
    });
    const client = await clientOf(redis);
    await startsAfter(redis, /Waiting: .*MASTERDOWN/, async () =>
      client.sendCommand(["REPLICAOF", "NO", "ONE"]),
    );
  });
});

describe("a Redis that can't be used is refused at the start in words", () => {
  async function refused(url: string, ...words: readonly RegExp[]): Promise<void> {
    const { code, output } = await failingStart({ REDIS_URL: url });
    expect(code).toBe(1);
    expect(output).not.toMatch(STACK);
    for (const word of [/The Redis of REDIS_URL \(127\.0\.0\.1:\d+\)/, ...words])
      expect(output).toMatch(word);
  }

  test("a replica that takes no writes", async () => {
    const redis = await newRedis({ config: ["replicaof 127.0.0.1 1"] });
    await refused(redis.url, /doesn't accept writes: READONLY/, /must name a primary/);
  });

  test("a primary without the replicas that it needs", async () => {
    const redis = await newRedis({ config: ["min-replicas-to-write 1"] });
    await refused(redis.url, /doesn't accept writes: NOREPLICAS/);
  });

  test("a primary that can't save to its disk", async () => {
    const dir = await mkdtemp(join(tmpdir(), "mneme-misconf-"));
    const redis = await newRedis({ dir, config: ['save "3600 1"'] });
    const client = await clientOf(redis);
    await client.set("key", "value");
    rmSync(dir, { recursive: true });
    await client.bgSave();
    await until(
      () => client.info("persistence"),
      (info) => info.includes("rdb_last_bgsave_status:err"),
    );
    await refused(redis.url, /doesn't accept writes: MISCONF/);
    // So that it can be stopped.
    await client.configSet("save", "");
  });

  test("a full one that lacks the indexes; one that has them is served", async () => {
    const redis = await newRedis();
    const client = await clientOf(redis);
    await client.configSet("maxmemory", "1");
    await refused(redis.url, /no memory left/, /OOM/);
    await client.configSet("maxmemory", "0");
    const env = { REDIS_URL: redis.url, MNEME_EMBEDDER: "local" };
    const first = await startService(env);
    await first.stop();
    await client.configSet("maxmemory", "1");
    const again = await startService({ ...env, MNEME_KEY_PREFIX: first.prefix });
    opened.push(() => again.kill9());
    const answer = await again.send("POST", `/v1/namespaces/${newNamespace()}/memories`, {
      content: "x",
      memory_type: "semantic",
    });
    expect(answer).toMatchObject({ status: 507, body: { code: "redis_out_of_memory" } });
  });

  test.each(["-ft.create", "-script", "-subscribe", "-hget"])(
    "a user that may not do all: %s",
    async (rule) => {
      const redis = await newRedis();
      const client = await clientOf(redis);
      await client.sendCommand(["ACL", "SETUSER", "agent", "on", ">secret", "~*", "&*", "+@all", rule]);
      const url = redis.url.replace("redis://", "redis://agent:secret@");
      const { code, output } = await failingStart({ REDIS_URL: url, MNEME_EMBEDDER: "local" });
      expect(code).toBe(1);
      expect(output).not.toMatch(STACK);
      expect(output).toMatch(/NOPERM/);
      expect(output).not.toContain("secret");
    },
  );

  test("a key of ours that holds something else", async () => {
    const redis = await newRedis();
    const client = await clientOf(redis);
    const prefix = "taken";
    await client.set(`${prefix}:meta`, "x");
    const { code, output } = await failingStart({
      REDIS_URL: redis.url,
      MNEME_KEY_PREFIX: prefix,
      MNEME_EMBEDDER: "local",
    });
    expect({ code, stack: STACK.test(output) }).toEqual({ code: 1, stack: false });
    expect(output).toMatch(/WRONGTYPE/);
  });
});
