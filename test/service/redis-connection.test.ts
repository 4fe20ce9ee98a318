import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startProxy } from "../../scripts/test-faults/proxy.js";
import type { Proxy } from "../../scripts/test-faults/proxy.js";
import { newNamespace, post, remember } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import { startService, until, untilReady } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let primary: TestRedis;
let standby: TestRedis;
let proxy: Proxy;
let service: Service;

beforeAll(async () => {
  [primary, standby] = await Promise.all([startRedis(), startRedis()]);
  proxy = await startProxy(primary.port);
  service = await startService({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
});
afterEach(() => untilReady(service));
afterAll(async () => {
  await service.stop();
  await proxy.stop();
  await Promise.all([primary.stop(), standby.stop()]);
});

interface Line {
  readonly level: number;
  readonly reason?: string;
  readonly cause?: string;
  /** Of the line that says that the fault is over. */
  readonly seconds?: number;
}

/** The lines about faults of Redis that the service has logged since, once the fault is over. */
async function linesAfter(offset: number): Promise<Line[]> {
  return until(
    async () =>
      service
        .logs()
        .slice(offset)
        .split("\n")
        .filter((line) => line.includes('"reason":"') && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Line),
    (lines) => lines.at(-1)?.seconds !== undefined,
  );
}

const writing = (namespace: string) => () => post(service, namespace, { content: "again" });

test("connections that lead nowhere are given up and replaced, while requests go on", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "before" });
  const offset = service.logs().length;
  proxy.lose();
  // Each request writes to the lost connection: what is sent must not pass for life.
  await until(writing(namespace), ({ status }) => status === 503);
  await until(writing(namespace), ({ status }) => status < 300);
  expect(await linesAfter(offset)).toEqual([
    expect.objectContaining({ level: 50, reason: "redis_unavailable", cause: "TimeoutError" }),
    expect.objectContaining({ level: 30, reason: "redis_unavailable", seconds: expect.any(Number) }),
  ]);
});

test("a greeting that is never answered is given up, and the next connection serves", async () => {
  const namespace = newNamespace();
  const offset = service.logs().length;
  const { taken } = proxy;
  proxy.freeze();
  proxy.lose();
  await until(writing(namespace), ({ status }) => status === 503);
  // The new connections of the service and of its subscriptions are taken, and lead nowhere.
  await until(
    async () => proxy.taken - taken,
    (count) => count >= 2,
  );
  proxy.lose();
  proxy.thaw();
  await until(writing(namespace), ({ status }) => status < 300);
  expect((await linesAfter(offset)).map(({ reason }) => reason)).toEqual(Array(2).fill("redis_unavailable"));
});

test("news of other processes arrive again after connections were lost", async () => {
  const namespace = newNamespace();
  const offset = service.logs().length;
  const { taken } = proxy;
  proxy.lose();
  await until(
    async () => proxy.taken - taken,
    (count) => count >= 2,
  );
  await untilReady(service);
  const other = await startService({
    REDIS_URL: primary.url,
    MNEME_KEY_PREFIX: service.prefix,
  });
  const watch = await fetch(`${service.url}/v1/namespaces/${namespace}/state-changes`);
  const reader = watch.body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  await other.send("PUT", `/v1/namespaces/${namespace}/state/labels`, { value: 1 });
  let read = "";
  await until(
    async () => (read += (await reader?.read())?.value ?? ""),
    (text) => text.includes("labels"),
  );
  await reader?.cancel();
  await other.stop();
  await linesAfter(offset);
});

test("a cut connection is made again once the network is back, and the log has two lines", async () => {
  const namespace = newNamespace();
  const offset = service.logs().length;
  proxy.cut();
  await until(writing(namespace), ({ status }) => status === 503);
  const metrics = await service.send("GET", "/metrics");
  expect(metrics.text).toContain('mneme_redis_fault{reason="redis_unavailable"} 1');
  await proxy.mend();
  await until(writing(namespace), ({ status }) => status < 300);
  expect((await linesAfter(offset)).map(({ reason }) => reason)).toEqual(Array(2).fill("redis_unavailable"));
});

test("after a failover that leaves connections open, the service finds the new primary", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "before" });
  const offset = service.logs().length;
  const old = await createClient({ url: primary.url }).connect();
  const next = await createClient({ url: standby.url }).connect();
  try {
    proxy.lead(standby.port);
    await old.sendCommand(["REPLICAOF", "127.0.0.1", String(standby.port)]);
    // The first to be refused may be a sweeper of the service's own: the log shows it, as it shows a caller's write.
    await until(writing(namespace), ({ status }) => status < 300);
    expect(await next.dbSize()).toBeGreaterThan(0);
    const [first] = await linesAfter(offset);
    expect(first).toMatchObject({ level: 50, reason: "redis_readonly", cause: "READONLY" });
  } finally {
    old.destroy();
    next.destroy();
  }
});
