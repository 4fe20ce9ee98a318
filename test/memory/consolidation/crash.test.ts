import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Run } from "../../support/acts/consolidations.js";
import { begin, finished, runsOf } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, postBatch, read } from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { runs } from "../../support/run/long.js";
import { nonEmpty } from "../../support/non-empty.js";

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
    Array.from({ length: 30 }, (_, index) => ({
      content: `${SPEAKERS[index % 2]}: About the ${subject} ${subject}s: I live in ${subject} street number ${index}, the ${subject} part ${index % 3} is ordered. The ${subject} can wait.`,
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

/** Lets the lease of a process that died end at once; false: nothing is at work any more. */
async function endLease(namespace: string): Promise<boolean> {
  const key = (kind: string) => `${service.prefix}:consolidation-${kind}:{${namespace}}`;
  if ((await redis.hGet(key("head"), "run")) === null) return false;
  await redis.hSet(key("head"), "ends", 0);
  await redis.hSet(key("due"), { at: 0, ns: namespace });
  return true;
}

/** Nothing is lost, and nothing is there twice. */
async function expectWhole(namespace: string, written: readonly Memory[], run: Run): Promise<void> {
  const present = await listAll(service, namespace);
  const presentIds = new Set(present.map(({ id }) => id));
  const made = run.actions.flatMap(({ result }) => result?.made ?? []);
  expect(new Set(made).size).toBe(made.length);
  expect(
    present
      .filter(({ id }) => !written.some((each) => each.id === id))
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(made.toSorted());
  for (const memory of nonEmpty(present)) expect(memory.seen_count).toBe(1);
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
  const usage = bodyOf<{ memories: number }>(
    await service.send("GET", `/v1/namespaces/${namespace}/usage`),
    200,
  );
  expect(usage.memories).toBe(written.length + made.length);
}

/**
 * Kills one process after the other while a run is at work; how many of them left it unfinished. At least `least` of them, if
 * they can: on a loaded machine the first ones may not get to the run.
 */
async function killAgainAndAgain(namespace: string, rounds: number, least = 0): Promise<number> {
  let interrupted = 0;
  for (let round = 0; round < rounds || (interrupted < least && round < 5 * rounds); round++) {
    const victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
    // Any moment will do: no assertion hangs on which.
    const later = 200 * Math.floor(round / rounds);
    await new Promise((resolve) => setTimeout(resolve, later + ((round * 53) % 250)));
    await victim.kill9();
    if (await endLease(namespace)) interrupted += 1;
  }
  return interrupted;
}

test("killed again and again at any moment, a run is done once, and so is its undoing", async () => {
  const namespace = newNamespace();
  const written = await write(namespace);
  // Whoever answers works on runs too: it sleeps while the others are at it.
  const asleep = async (begin_: () => Promise<unknown>, rounds: number, least?: number) => {
    await begin_();
    service.signal("SIGSTOP");
    try {
      return await killAgainAndAgain(namespace, rounds, least);
    } finally {
      service.signal("SIGCONT");
    }
  };
  let id = "";
  const interrupted = await asleep(
    async () => {
      ({ id } = bodyOf<{ id: string }>(await begin(service, namespace, { older_than_seconds: 0 }), 202));
    },
    runs(18),
    1,
  );
  expect(interrupted).toBeGreaterThan(0);
  const done = await finished(service, namespace, id, 120_000);
  expect(done).toMatchObject({ status: "done", settled: done.planned });
  expect(done.planned).toBeGreaterThan(SUBJECTS.length);
  await expectWhole(namespace, written, done);

  await asleep(
    async () => bodyOf(await service.send("POST", `${runsOf(namespace)}/${id}/undo`), 202),
    runs(9),
  );
  const undone = await finished(service, namespace, id, 120_000);
  expect(undone).toMatchObject({ status: "undone", settled: 0 });
  const back = await listAll(service, namespace);
  expect(back.map((memory) => memory.id).toSorted()).toEqual(written.map((memory) => memory.id).toSorted());
});
