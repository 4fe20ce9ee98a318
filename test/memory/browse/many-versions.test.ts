import { expect, test } from "vitest";
import type { Json, Memory } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, read, remember, revise } from "../../support/acts/memories.js";
import { nonEmpty } from "../../support/non-empty.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { until } from "../../support/service/service.js";

const MOST = 1000;

const { service, redis, keysOf } = await startWithRedis();

async function reviseTimes(memory: Memory, times: number): Promise<void> {
  for (let step = 0; step < times; step++) await revise(service, memory, { metadata: { step } });
}

/** How many commands about old versions of this memory Redis runs for this. */
async function commandsFor(memory: Memory, act: () => Promise<unknown>): Promise<number> {
  const monitor = redis.duplicate();
  await monitor.connect();
  const old = `:old:{${memory.namespace}}:${memory.id}:`;
  const mark = `after-${memory.id}`;
  let [seen, marked] = [0, false];
  await monitor.monitor((line) => {
    if (line.includes(old)) seen++;
    if (line.includes(mark)) marked = true;
  });
  await act();
  await redis.get(mark);
  await until(
    () => Promise.resolve(marked),
    (done) => done,
  );
  monitor.destroy();
  return seen;
}

test("a memory keeps its latest 1000 old versions, and a revision costs the same with all of them", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "The gate is open." });
  await reviseTimes(memory, 5);
  const patch: Json = { tags: ["gate"] };
  const few = await commandsFor(memory, () => revise(service, memory, patch));
  await reviseTimes(memory, MOST);
  const many = await commandsFor(memory, () => revise(service, memory, { tags: ["door"] }));
  expect(few).toBeGreaterThan(2);
  expect(many).toBeLessThan(few + 10);

  // Nor where each revision gives it another hour.
  await revise(service, memory, { ttl_seconds: 3600 });
  const prolonged = await commandsFor(memory, () => revise(service, memory, { ttl_seconds: 3601 }));
  expect(prolonged).toBeLessThan(few + 10);
  const olds = (await keysOf(namespace)).filter((key) => key.includes(":old:"));
  for (const key of nonEmpty(olds.slice(0, 20))) expect(await redis.pTTL(key)).toBeGreaterThan(3_300_000);
  // One that is shortened takes all of them along.
  await revise(service, memory, { ttl_seconds: 1800 });
  for (const key of nonEmpty(olds.slice(5, 20))) expect(await redis.pTTL(key)).toBeLessThanOrEqual(1_800_000);

  const { version } = await read(service, memory);
  expect(version).toBe(MOST + 11);
  const old = (await keysOf(namespace)).filter((key) => key.includes(":old:"));
  expect(old).toHaveLength(MOST);
  const page = await service.send("GET", `${pathOf(memory)}/versions?before=14&limit=200`);
  expect(bodyOf<{ versions: Memory[] }>(page, 200).versions.map((each) => each.version)).toEqual([
    13, 12, 11,
  ]);
  const gone = await service.send("GET", `${pathOf(memory)}?as_of=${memory.recorded_at}`);
  expect(gone.body).toMatchObject({ code: "history_expired" });

  // Nothing is left of what they counted for.
  expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
  const usage = await service.send("GET", `/v1/namespaces/${namespace}/usage`);
  expect(bodyOf<{ bytes: number }>(usage, 200).bytes).toBe(0);
  expect((await keysOf(namespace)).filter((key) => key.includes(memory.id))).toEqual([]);
}, 120_000);
