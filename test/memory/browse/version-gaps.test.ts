import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  contents,
  newNamespace,
  pathOf,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { startService, until, useService } from "../../support/service/service.js";

/** The same store, as it was before its operator set a retention, and since. */
const before = await useService({ MNEME_EMBEDDER: "local" });
const service = await startService({
  MNEME_EMBEDDER: "local",
  MNEME_KEY_PREFIX: before.prefix,
  VERSION_RETENTION_DAYS: String(1500 / 86_400_000),
});
const redis = createClient({ url: inject("redisUrl") });
beforeAll(async () => void (await redis.connect()));
afterAll(async () => {
  redis.destroy();
  await service.stop();
});

async function versionsOf(memory: Memory, query = ""): Promise<number[]> {
  const answer = await service.send("GET", `${pathOf(memory)}/versions${query}`);
  return bodyOf<{ versions: Memory[] }>(answer, 200).versions.map(({ version }) => version);
}

const keysOf = async ({ namespace, id }: Memory): Promise<string[]> => [
  ...(await redis.keys(`${service.prefix}:old:{${namespace}}:${id}:*`)),
  ...(await redis.keys(`${service.prefix}:vec:*:{${namespace}}:${id}:*`)),
];

/** Version 1 stays, 2 and 3 have ended. */
async function withGap(namespace: string): Promise<{ memory: Memory; second: Memory }> {
  const memory = await remember(before, namespace, { content: "Mara sails the Halcyon." });
  await sleep(3);
  const second = await revise(before, memory, { content: "Mara sails the Borealis." });
  await sleep(3);
  const third = await revise(service, second, { content: "Mara sails the Corvina." });
  await sleep(3);
  await revise(service, third, { content: "Mara sails the Dorado." });
  await until(
    () => versionsOf(memory),
    (versions) => !versions.includes(2) && !versions.includes(3),
  );
  return { memory, second };
}

test("a version that was kept before there was a retention outlives newer ones, and can be read", async () => {
  const { memory, second } = await withGap(newNamespace());
  expect(await versionsOf(memory)).toEqual([4, 1]);
  expect(await versionsOf(memory, "?limit=1&before=4")).toEqual([1]);
  const at = (time: string) => service.send("GET", `${pathOf(memory)}?as_of=${time}`);
  expect(bodyOf<Memory>(await at(memory.recorded_at), 200).content).toBe("Mara sails the Halcyon.");
  expect((await at(second.updated_at)).body).toMatchObject({ status: 410, code: "history_expired" });
});

test("the deletion of a memory takes a version behind a gap with it", async () => {
  const { memory } = await withGap(newNamespace());
  expect(await keysOf(memory)).not.toEqual([]);
  expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
  expect(await keysOf(memory)).toEqual([]);
  const then = { query: "sails", namespaces: [memory.namespace], as_of: memory.recorded_at };
  expect(contents(await recall(service, then))).toEqual([]);
});

test("the deletion of a namespace takes versions behind a gap with it", async () => {
  const { memory } = await withGap(newNamespace());
  const cleared = await service.send("DELETE", `/v1/namespaces/${memory.namespace}`);
  expect(cleared.status).toBe(200);
  expect(await keysOf(memory)).toEqual([]);
});

test("a memory with a version behind a gap ends with it", async () => {
  const { memory } = await withGap(newNamespace());
  await revise(service, memory, { ttl_seconds: 1 });
  await until(
    () => keysOf(memory),
    (keys) => keys.length === 0,
  );
});

test("an export has a version behind a gap", async () => {
  const { memory } = await withGap(newNamespace());
  const answer = await service.send("POST", "/v1/exports", { namespaces: [memory.namespace] });
  const { id } = bodyOf<{ id: string }>(answer, 202);
  const part = await service.send("GET", `/v1/exports/${id}/parts/1`);
  expect(part.text).toContain("Halcyon");
});

test("a leftover under the key of a version doesn't stand for it", async () => {
  const namespace = newNamespace();
  const memory = await remember(before, namespace, { content: "Mara sails the Halcyon." });
  // As a deletion left it, and an import brought the memory back.
  const leftover = JSON.stringify({ memory: { ...memory, content: "Mara sails the Revenant." }, index: {} });
  await redis.sendCommand(["JSON.SET", `${service.prefix}:old:{${namespace}}:${memory.id}:1`, "$", leftover]);
  await revise(before, memory, { content: "Mara sails the Borealis." });
  const answer = await service.send("GET", `${pathOf(memory)}/versions`);
  const { versions } = bodyOf<{ versions: Memory[] }>(answer, 200);
  expect(versions.map(({ content }) => content)).toEqual([
    "Mara sails the Borealis.",
    "Mara sails the Halcyon.",
  ]);
});
