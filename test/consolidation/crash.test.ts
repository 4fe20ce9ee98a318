import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import type { Run } from "../support/consolidations.js";
import { begin, finished, runsOf } from "../support/consolidations.js";
import type { Memory } from "../support/memories.js";
import { bodyOf, listAll, newNamespace, postBatch, read } from "../support/memories.js";
import type { Service } from "../support/service.js";
import { startService } from "../support/service.js";

const redis = createClient({ url: inject("redisUrl") });
let service: Service;
beforeAll(async () => {
  await redis.connect();
  service = await startService();
});
afterAll(async () => {
  await service.stop();
  redis.destroy();
});

const SUBJECTS = ["pump", "ferry", "garden", "violin", "invoice", "router", "marathon", "bakery"];
const SPEAKERS = ["Ann", "Bob"];

/** Episodes that cluster by their words, duplicates, and facts. */
function memories(): object[] {
  const episodes = SUBJECTS.flatMap((subject, group) =>
    Array.from({ length: 12 }, (_, index) => ({
      content: `${SPEAKERS[index % 2]}: About the ${subject} ${subject}s: I live in ${subject} street number ${index}, the ${subject} part ${index % 3} is ordered.`,
      memory_type: "episodic",
      session_id: `s${group}`,
      timestamp: new Date(Date.parse("2024-01-01") + index * 60_000).toISOString(),
    })),
  );
  const doubles = SUBJECTS.flatMap((subject) => [
    { content: `The ${subject} is checked every spring.`, memory_type: "semantic" },
    { content: `the ${subject} is checked every spring`, memory_type: "semantic" },
  ]);
  return [...episodes, ...doubles];
}

async function write(namespace: string): Promise<Memory[]> {
  const results = await postBatch(service, namespace, memories());
  return results.map(({ memory, problem }) => {
    if (memory === undefined) throw new Error(JSON.stringify(problem));
    return memory;
  });
}

/** Lets the lease of a process that died end at once. */
async function endLease(namespace: string): Promise<void> {
  const key = (kind: string) => `${service.prefix}:consolidation-${kind}:{${namespace}}`;
  if ((await redis.hGet(key("head"), "run")) === null) return;
  await redis.hSet(key("head"), "ends", 0);
  await redis.hSet(key("due"), { at: 0, ns: namespace });
}

/** Nothing is lost, and nothing is there twice. */
async function expectWhole(namespace: string, written: readonly Memory[], run: Run): Promise<void> {
  const present = await listAll(service, namespace);
  const presentIds = new Set(present.map(({ id }) => id));
  const made = run.actions.flatMap(({ result }) => result?.made ?? []);
  expect(new Set(made).size).toBe(made.length);
  expect(present.filter(({ id }) => !written.some((each) => each.id === id)).map(({ id }) => id).toSorted()).toEqual(
    made.toSorted(),
  );
  for (const memory of present) expect(memory.seen_count).toBe(1);
  const superseded = run.actions.flatMap(({ result }) => result?.superseded ?? []);
  expect(new Set(superseded).size).toBe(superseded.length);
  for (const { id, content } of written) {
    const now = await read(service, { namespace, id });
    expect(now.content).toBe(content);
    expect(presentIds.has(id)).toBe(now.superseded_by === null);
    expect(superseded.includes(id)).toBe(now.superseded_by !== null);
    if (now.superseded_by === null) continue;
    const successor = present.find((each) => each.id === now.superseded_by);
    expect(successor?.derived_from.map((source) => source.id)).toContain(id);
  }
  const usage = bodyOf<{ memories: number }>(await service.send("GET", `/v1/namespaces/${namespace}/usage`), 200);
  expect(usage.memories).toBe(written.length + made.length);
}

test("killed again and again at any moment, a run is done once, and so is its undoing", async () => {
  const namespace = newNamespace();
  const written = await write(namespace);
  // Whoever answers does no runs here: its own worker is kept away by the lease of those that die.
  const { id } = bodyOf<{ id: string }>(await begin(service, namespace, { older_than_seconds: 0 }), 202);
  let victims = 0;
  onTestFinished(() => expect(victims).toBeGreaterThan(0));
  for (let round = 0; round < 12; round++) {
    const victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
    await endLease(namespace);
    // Any moment will do: no assertion hangs on which.
    await new Promise((resolve) => setTimeout(resolve, (round * 53) % 400));
    await victim.kill9();
    victims += 1;
    await endLease(namespace);
  }
  const done = await finished(service, namespace, id, 120_000);
  expect(done).toMatchObject({ status: "done", settled: done.planned });
  expect(done.planned).toBeGreaterThan(SUBJECTS.length);
  await expectWhole(namespace, written, done);

  bodyOf(await service.send("POST", `${runsOf(namespace)}/${id}/undo`), 202);
  for (let round = 0; round < 6; round++) {
    const victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
    await endLease(namespace);
    await new Promise((resolve) => setTimeout(resolve, (round * 67) % 300));
    await victim.kill9();
    await endLease(namespace);
  }
  const undone = await finished(service, namespace, id, 120_000);
  expect(undone).toMatchObject({ status: "undone", settled: 0 });
  const back = await listAll(service, namespace);
  expect(back.map((memory) => memory.id).toSorted()).toEqual(written.map((memory) => memory.id).toSorted());
}, 300_000);
