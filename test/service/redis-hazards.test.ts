import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { newNamespace, remember } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { failingStart, startService, until, untilLogged } from "../support/service/service.js";

let redis: TestRedis;
let admin: ReturnType<typeof createClient>;
beforeAll(async () => {
  redis = await startRedis();
  admin = createClient({ url: redis.url });
  await admin.connect();
});
afterAll(async () => {
  admin.destroy();
  await redis.stop();
});

const redisIn = ({ body }: Answer) =>
  (body as { redis: { status: string; reason?: string; warnings?: { reason: string }[] } }).redis;
const warningsIn = (answer: Answer): string[] => (redisIn(answer).warnings ?? []).map(({ reason }) => reason);

describe("a Redis that evicts", () => {
  test("is refused at the start with the way out, unless that is allowed by name", async () => {
    await admin.configSet("maxmemory-policy", "allkeys-lru");
    const { code, output } = await failingStart({ REDIS_URL: redis.url });
    expect(code).toBe(1);
    for (const word of ["maxmemory-policy is allkeys-lru", "noeviction", "MNEME_ALLOW_EVICTION=1"])
      expect(output).toContain(word);
    expect(output).not.toMatch(/^ +at /m);
    const service = await startService({ REDIS_URL: redis.url, MNEME_ALLOW_EVICTION: "1" });
    onTestFinished(() => service.kill9());
    const answer = await service.send("GET", "/readyz");
    expect(answer.status).toBe(200);
    expect(warningsIn(answer)).toContain("redis_evicts");
    await untilLogged(service, "redis_evicts");
    await admin.configSet("maxmemory-policy", "noeviction");
  });

  test("makes a running service unready until its policy is set back; the log says each once", async () => {
    const service = await startService({ REDIS_URL: redis.url });
    onTestFinished(() => service.kill9());
    const probe = () => service.send("GET", "/readyz");
    expect((await probe()).status).toBe(200);
    await admin.configSet("maxmemory-policy", "volatile-ttl");
    const unready = await until(probe, ({ status }) => status === 503);
    expect(redisIn(unready)).toMatchObject({ status: "down", reason: "redis_evicts" });
    expect((await service.send("GET", "/metrics")).text).toContain(
      'mneme_redis_hazard{reason="redis_evicts"} 1',
    );
    await remember(service, newNamespace(), { content: "It still serves who asks." });
    await admin.configSet("maxmemory-policy", "noeviction");
    await until(probe, ({ status }) => status === 200);
    const levels = async () =>
      service
        .logs()
        .split("\n")
        .filter((line) => line.includes("redis_evicts"))
        .map((line) => (JSON.parse(line) as { level: number }).level);
    expect(await until(levels, ({ length }) => length > 1)).toEqual([50, 30]);
  });
});

test("a Redis without persistence, and a replica that no write waits for, are warnings", async () => {
  const replica = await startRedis({ config: [`replicaof 127.0.0.1 ${redis.port}`] });
  onTestFinished(() => replica.stop());
  const service = await startService({ REDIS_URL: redis.url });
  onTestFinished(() => service.kill9());
  const probe = () => service.send("GET", "/readyz");
  await until(probe, (answer) => warningsIn(answer).length === 2);
  expect(warningsIn(await probe()).toSorted()).toEqual(["redis_keeps_nothing", "redis_replica_may_lag"]);
  expect((await probe()).status).toBe(200);
  await admin.configSet("save", "3600 1");
  await admin.configSet("min-replicas-to-write", "1");
  try {
    await until(probe, (answer) => warningsIn(answer).length === 0);
  } finally {
    await admin.configSet("save", "");
    await admin.configSet("min-replicas-to-write", "0");
  }
});

test("a Redis user without INFO and CONFIG is warned what isn't checked, and is served", async () => {
  const rules = ["on", ">secret", "~*", "&*", "+@all", "-info", "-config"];
  await admin.sendCommand(["ACL", "SETUSER", "blind", ...rules]);
  const service = await startService({ REDIS_URL: redis.url.replace("redis://", "redis://blind:secret@") });
  onTestFinished(() => service.kill9());
  await remember(service, newNamespace(), { content: "served" });
  const answer = await service.send("GET", "/readyz");
  expect(answer.status).toBe(200);
  expect(warningsIn(answer)).toEqual(["redis_unchecked"]);
  await untilLogged(service, "its maxmemory-policy, its persistence, its replicas");
});
