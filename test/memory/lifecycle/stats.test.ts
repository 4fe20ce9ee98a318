import { expect, test } from "vitest";
import type { z } from "@hono/zod-openapi";
import type { statsView } from "../../../src/http/lifecycle/stats-schemas.js";
import { consolidate, undo } from "../../support/acts/consolidations.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, postBatch, remember, revise } from "../../support/acts/memories.js";
import { startService, until } from "../../support/service/service.js";
import { startWithVectors } from "../../support/redis/with-redis.js";

type Stats = z.infer<typeof statsView>;

const DAY = 24 * 3600 * 1000;
const { service, redis } = await startWithVectors();

const statsOf = async (namespace: string): Promise<Stats> =>
  bodyOf<Stats>(await service.send("GET", `/v1/namespaces/${namespace}/stats`), 200);
const usageOf = async (namespace: string) =>
  bodyOf<{ memories: number; bytes: number }>(
    await service.send("GET", `/v1/namespaces/${namespace}/usage`),
    200,
  );
test("what other memories stand for is a figure of its own, and with it all is as usage counts it", async () => {
  const namespace = newNamespace();
  await postBatch(service, namespace, [
    { content: "Deliveries come on Mondays.", memory_type: "semantic" },
    { content: "deliveries come on mondays", memory_type: "semantic" },
    { content: "Ann: I moved the pump.", memory_type: "episodic" },
  ]);
  const steps = ["merge"];
  const { id } = await consolidate(service, namespace, { steps });
  const [stats, used] = [await statsOf(namespace), await usageOf(namespace)];
  expect([stats.memories, stats.superseded.memories, used.memories]).toEqual([2, 2, 4]);
  expect(stats.bytes + stats.superseded.bytes).toBe(used.bytes);
  expect(stats.superseded.bytes).toBeGreaterThan(0);
  await undo(service, namespace, id);
  expect(await statsOf(namespace)).toMatchObject({ memories: 3, superseded: { memories: 0, bytes: 0 } });
});

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

test("an empty namespace holds nothing, and thirty days of it", async () => {
  const stats = await statsOf(newNamespace());
  expect(stats).toMatchObject({ complete: true, memories: 0, bytes: 0, expiring: { next: [] } });
  expect(stats.growth).toHaveLength(30);
  expect(stats.growth.at(-1)?.day).toBe(dayOf(Date.now()));
});

test("counts by type, by day, by embedding, what ends next, and as usage does", async () => {
  const namespace = newNamespace();
  const inputs: Json[] = [
    { content: "one", memory_type: "semantic", ttl_seconds: 600 },
    { content: "two", memory_type: "semantic", ttl_seconds: 50_000 },
    { content: "three", memory_type: "procedural", ttl_seconds: 500_000 },
    { content: "four", memory_type: "episodic", ttl_seconds: 2_000_000 },
    { content: "five", memory_type: "episodic" },
    { content: "six", memory_type: "episodic", pinned: true, ttl_seconds: 60 },
  ];
  const results = await postBatch(service, namespace, inputs);
  const memories = results.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  const first = memories[0] as Memory;
  await revise(service, first, { content: "one, revised" });
  const old = memories[4] as Memory;
  await redis.json.numIncrBy(
    `${service.prefix}:rec:{${namespace}}:${old.id}`,
    "$.memory.recorded_at",
    -3 * DAY,
  );
  const stats = await statsOf(namespace);
  const used = await usageOf(namespace);
  expect(stats).toMatchObject({ complete: true, memories: 6, bytes: used.bytes });
  expect(Object.entries(stats.by_type).map(([type, { memories: count }]) => [type, count])).toEqual([
    ["episodic", 3],
    ["semantic", 2],
    ["procedural", 1],
  ]);
  expect(Object.values(stats.by_type).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(used.bytes);
  expect(stats.embedding).toEqual({ complete: 6, partial: 0, pending: 0, refused: 0 });
  const days = new Map(stats.growth.map((day) => [day.day, day.memories]));
  expect(days.get(dayOf(Date.parse(old.recorded_at) - 3 * DAY))).toBe(1);
  expect(stats.growth.reduce((sum, { memories: count }) => sum + count, 0)).toBe(6);
  expect(stats.expiring.within).toEqual({ "1h": 1, "1d": 2, "7d": 3, "30d": 4 });
  expect(stats.expiring.next.map(({ id }) => id)).toEqual(memories.slice(0, 4).map(({ id }) => id));
  expect(stats.expiring.next[1]?.expires_at).toBe(memories[1]?.expires_at);

  await service.send("DELETE", pathOf(first));
  expect(await statsOf(namespace)).toMatchObject({ memories: 5, expiring: { within: { "1h": 0 } } });
});

test("lists what stays but no longer holds within 30 days, soonest first, also where very much does", async () => {
  const namespace = newNamespace();
  const [now, HOUR] = [Date.now(), 3_600_000];
  const timeAfter = (hours: number) => new Date(now + hours * HOUR).toISOString();
  const statement = (content: string, hours: number): Json => ({
    content,
    memory_type: "semantic",
    valid_to: timeAfter(hours),
  });
  const results = await postBatch(service, namespace, [
    statement("later", 50),
    statement("tomorrow", 20),
    { ...statement("ended", -5), valid_from: timeAfter(-50) },
    statement("too late to be listed", 40 * 24),
    { content: "without an end", memory_type: "semantic" },
  ]);
  const ids = results.map(({ memory }) => memory?.id);
  const { ending_validity: few } = await statsOf(namespace);
  expect(few).toEqual([
    { id: ids[1], valid_to: timeAfter(20) },
    { id: ids[0], valid_to: timeAfter(50) },
  ]);
  for (let batch = 0; batch < 2; batch++) {
    const many = Array.from({ length: 400 }, (_, index) =>
      statement(`offer ${batch} ${index}`, 30 + index / 100),
    );
    await postBatch(service, namespace, many);
  }
  const { ending_validity: soonest } = await statsOf(namespace);
  expect(soonest).toHaveLength(10);
  expect(soonest[0]).toEqual({ id: ids[1], valid_to: timeAfter(20) });
  expect(soonest.slice(1).map(({ valid_to: end }) => end)).toEqual(
    [0, 0, 1, 1, 2, 2, 3, 3, 4].map((place) => timeAfter(30 + place / 100)),
  );
});

test("of more than one query counts is whole, and leaves out what has ended and what is others'", async () => {
  const namespace = newNamespace();
  const [batches, size] = [18, 500];
  for (let batch = 0; batch < batches; batch++) {
    const inputs = Array.from({ length: size }, (_, index) => ({
      content: `m${batch} ${index}`,
      memory_type: index % 2 === 0 ? "semantic" : "episodic",
    }));
    await postBatch(service, namespace, inputs);
  }
  await remember(service, `${namespace}.below`, { content: "not of this one" });
  const brief = await remember(service, namespace, { content: "brief", ttl_seconds: 1 });
  await until(
    () => service.send("GET", pathOf(brief)),
    ({ status }) => status === 404,
  );
  const stats = await until(
    () => statsOf(namespace),
    ({ memories }) => memories === batches * size,
  );
  expect(stats).toMatchObject({ complete: true, expired: 1 });
  expect(stats.by_type.semantic.memories).toBe((batches * size) / 2);
  expect(stats.bytes).toBe((await usageOf(namespace)).bytes);
});

test("metrics show bytes by type, expired memories, and a limited number of namespaces by name", async () => {
  const fresh = await startService({ MNEME_KEY_PREFIX: service.prefix, MNEME_METRICS_NAMESPACES: "1" });
  const [namespace, small] = [newNamespace(), newNamespace()];
  await remember(service, small, { content: "small" });
  const brief = await remember(service, small, { content: "brief", ttl_seconds: 1 });
  for (let batch = 0; batch < 4; batch++) {
    const inputs = Array.from({ length: 200 }, (_, index) => ({
      content: `large ${batch} ${index} ${"x ".repeat(7_000)}`,
      memory_type: "procedural",
      embedding: Array.from({ length: 64 }, () => 1),
    }));
    await postBatch(service, namespace, inputs);
  }
  await until(
    () => service.send("GET", pathOf(brief)),
    ({ status }) => status === 404,
  );
  const { bytes } = await usageOf(namespace);
  const text = await until(
    async () => (await fresh.send("GET", "/metrics")).text,
    (found) => found.includes("mneme_namespace_bytes{"),
  );
  const values = new Map(
    text.split("\n").map((line) => {
      const [name = "", value] = line.split(" ");
      return [name, Number(value)];
    }),
  );
  expect(values.get(`mneme_namespace_bytes{namespace="${namespace}"}`)).toBe(bytes);
  expect(values.get(`mneme_namespace_memories{namespace="${namespace}"}`)).toBe(800);
  expect(text.match(/^mneme_namespace_bytes\{/gm)).toHaveLength(1);
  expect(values.get('mneme_memory_bytes{memory_type="procedural"}')).toBeGreaterThanOrEqual(bytes);
  expect(values.get('mneme_ended_memories{by="expiry"}')).toBeGreaterThanOrEqual(1);
  await fresh.stop();
});
