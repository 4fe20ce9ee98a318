import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { answer, startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import type { Memory } from "../support/acts/memories.js";
import { listAll, memoriesOf, newNamespace, post, read } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { startService, until } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

test.each(["SIGTERM", "SIGINT"] as const)(
  "on %s, what is under way is answered and stored, nothing new is taken, and the process ends well",
  async (signal) => {
    const provider = await startFakeOpenAI(64);
    const env = {
      MNEME_EMBEDDER: "openai",
      OPENAI_API_KEY: "test",
      OPENAI_BASE_URL: provider.baseURL,
      MNEME_EMBEDDING_DIMENSIONS: "64",
    };
    const service = await startService(env);
    const namespace = newNamespace();
    // The provider holds every write up until the signal has been given.
    const held: (() => void)[] = [];
    const hold = (): void =>
      provider.next((request, response) => {
        hold();
        held.push(() => {
          const data = request.input.map((_, index) => ({
            index,
            embedding: Array.from({ length: 64 }, () => 1),
          }));
          answer(response, 200, { data });
        });
        return true;
      });
    hold();
    const write = async (content: string): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(service.url + memoriesOf(namespace), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ content, memory_type: "semantic" }),
      });
      return { status: response.status, body: await response.json() };
    };
    const writes = Promise.all(Array.from({ length: 16 }, (_, index) => write(`in flight ${index}`)));
    await until(
      async () => held.length,
      (count) => count > 0,
    );
    service.signal(signal);
    await until(
      () =>
        fetch(`${service.url}/healthz`, { headers: { connection: "close" } }).then(
          () => false,
          () => true,
        ),
      (refused) => refused,
    );
    const outcome = await Promise.race([service.exited, sleep(300, "still at work")]);
    expect(outcome).toBe("still at work");
    const release = setInterval(() => held.splice(0).forEach((go) => go()), 20);
    const answers = await writes;
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await service.exited).toBe(0);
    clearInterval(release);

    const next = await startService({ ...env, MNEME_KEY_PREFIX: service.prefix });
    for (const { body } of nonEmpty(answers)) {
      const memory = body as Memory;
      expect(await read(next, memory)).toMatchObject({ content: memory.content });
    }
    expect(await next.stop()).toBe(0);
    await provider.close();
  },
);

test("an idle process with open connections ends at once", async () => {
  const service = await startService();
  await Promise.all(Array.from({ length: 8 }, () => service.send("GET", "/healthz")));
  expect(await service.stop()).toBe(0);
  expect(service.logs()).toContain('"msg":"stopped"');
});

test("a Redis that hangs doesn't keep the process", async () => {
  const redis = await startRedis();
  const service = await startService({ REDIS_URL: redis.url });
  process.kill(redis.pid, "SIGSTOP");
  try {
    expect(await service.send("GET", "/readyz")).toMatchObject({ status: 503 });
    expect(await service.stop()).toBe(0);
    expect(service.logs()).toContain('"msg":"stopped"');
  } finally {
    process.kill(redis.pid, "SIGCONT");
    await redis.stop();
  }
});

test("while it drains, the process is unready, serves all, and resets no connection", async () => {
  const service = await startService({ MNEME_DRAIN_SECONDS: "2" });
  const namespace = newNamespace();
  const routed = new AbortController();
  const outcomes: string[] = [];
  const written: string[] = [];
  /** A client behind a load balancer, on connections that are kept alive. */
  async function client(name: string): Promise<void> {
    for (let index = 0; !routed.signal.aborted; index++) {
      const content = `${name} writes ${index}`;
      const outcome = await post(service, namespace, { content }).then(
        ({ status, headers }) => `${status} ${headers.get("connection")}`,
        (error: unknown) => String(error),
      );
      outcomes.push(outcome);
      if (outcome.startsWith("201")) written.push(content);
    }
  }
  const clients = Array.from({ length: 8 }, (_, index) => client(`client ${index}`));
  await until(
    async () => written.length,
    (count) => count > 16,
  );
  service.signal("SIGTERM");
  const probe = await until(
    () => service.send("GET", "/readyz"),
    ({ status }) => status === 503,
  );
  expect(probe).toMatchObject({ body: { ready: false, stopping: true, redis: { status: "ok" } } });
  const before = written.length;
  await until(
    async () => written.length,
    (count) => count > before + 8,
  );
  // The load balancer has noticed.
  routed.abort();
  await Promise.all(clients);
  expect(new Set(outcomes)).toEqual(new Set(["201 keep-alive", "201 close"]));
  expect(await service.exited).toBe(0);
  const next = await startService({ MNEME_KEY_PREFIX: service.prefix });
  const stored = new Set((await listAll(next, namespace)).map(({ content }) => content));
  expect(written.filter((content) => !stored.has(content))).toEqual([]);
  await next.stop();
});
