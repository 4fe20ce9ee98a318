import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startFakeOpenAI } from "../../support/embeddings/fake-openai.js";
import type { FakeOpenAI } from "../../support/embeddings/fake-openai.js";
import { newNamespace, postBatch, recall, remember } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import { startRedisRecorder } from "../../support/redis/tap.js";
import type { RedisRecorder } from "../../support/redis/tap.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, until } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";

let provider: FakeOpenAI;
let recorder: RedisRecorder;
let service: Service;
let other: Service;
beforeAll(async () => {
  provider = await startFakeOpenAI(64);
  recorder = await startRedisRecorder(inject("redisUrl"));
  const embedder = {
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: "64",
  };
  service = await startService({ ...embedder, REDIS_URL: recorder.url });
  other = await startService({ ...embedder, MNEME_KEY_PREFIX: service.prefix });
});
afterAll(async () => {
  await Promise.all([service.stop(), other.stop()]);
  recorder.stop();
  await provider.close();
});

const embedding = Array.from({ length: 64 }, (_, index) => (index === 0 ? 1 : 0));
const query = (namespace: string, more: Json = {}): Json => ({
  query: "?",
  embedding,
  mode: "vector",
  namespaces: [namespace],
  ...more,
});

/** What was sent until now. A command that is sent before the last one is answered counts to the same round trip. */
const mark = () => ({ trips: recorder.trips.length, characters: recorder.trips.at(-1)?.length ?? 0 });

function sentSince({ trips, characters }: ReturnType<typeof mark>): string[] {
  const last = recorder.trips[trips - 1]?.slice(characters) ?? "";
  return [last, ...recorder.trips.slice(trips)];
}

/** The round trips of one recall that name its namespace, after a first one that fills the caches. */
async function tripsOf(namespace: string, more: Json): Promise<readonly string[]> {
  const untilNoted = async (): Promise<readonly string[]> => {
    const before = mark();
    await recall(service, query(namespace, more));
    // The note of the uses isn't waited for.
    return until(
      async () => sentSince(before).filter((trip) => trip.includes(namespace)),
      (trips) => trips.some((trip) => trip.includes(":uses:{")),
    );
  };
  await untilNoted();
  return untilNoted();
}

test("a recall waits for a search, for its records, and for its receipt, which is sent with the note of the uses", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The code is 4410.", embedding });
  const [search, load, last, ...rest] = await tripsOf(namespace, {});
  expect(rest).toEqual([]);
  expect(search).toContain("FT.SEARCH");
  expect(load).toContain(":rec:{");
  expect(last).toContain(":receipts:{");
  expect(last).toContain(":uses:{");
});

test("sessions are compared by the records that are read for the answer", async () => {
  const namespace = newNamespace();
  const told = [
    { content: "The code of the gate is 4410.", session_id: "visit" },
    { content: "The code of the shed is 4411.", session_id: "visit" },
    { content: "The gate is blue.", session_id: "call" },
  ];
  for (const memory of told)
    await remember(service, namespace, { ...memory, embedding, memory_type: "episodic" });
  const hybrid = { mode: "hybrid", query: "the code of the gate", receipt: false };
  const [search, load, ...rest] = await tripsOf(namespace, hybrid);
  expect(search).toContain("FT.SEARCH");
  expect(load).toContain("EVALSHA");
  // Nobody waits for this.
  expect(rest).toHaveLength(1);
  expect(rest[0]).toContain(":uses:{");
  const { hits } = await recall(service, query(namespace, { ...hybrid, explain: true }));
  expect(hits[0]?.explain?.session?.adds).toBeGreaterThan(0);
});

test("records that trust could lift are read with those that are compared, in one script", async () => {
  const namespace = newNamespace();
  const memories = Array.from({ length: 30 }, (_, index) => ({
    content: `The code of gate ${index} is ${4410 + index}.`,
    embedding,
    memory_type: "episodic",
    session_id: `visit-${index}`,
  }));
  await postBatch(service, namespace, memories);
  const hybrid = { mode: "hybrid", query: "the code of the gate", receipt: false };
  const [search, load, ...rest] = await tripsOf(namespace, hybrid);
  expect(search).toContain("FT.SEARCH");
  expect(load).toContain("EVALSHA");
  expect(load).not.toContain("JSON.MGET");
  expect(new Set(load?.match(/:rec:\{[^}]+\}:\w+/g)).size).toBe(30);
  // Nobody waits for this.
  expect(rest).toHaveLength(1);
  expect(rest[0]).toContain(":uses:{");
});

test("a recall without a receipt waits for a search and for its records only", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The code is 4410.", embedding });
  const [search, load, ...rest] = await tripsOf(namespace, { receipt: false });
  expect(search).toContain("FT.SEARCH");
  expect(load).toContain(":rec:{");
  // Nobody waits for this.
  expect(rest).toHaveLength(1);
  expect(rest[0]).not.toContain(":receipts:{");
});

test("a namespace's settings hold at once for recalls of the process that changes them, and soon for those of others", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The code is 4410.", embedding });
  const weighs = async (process: Service): Promise<boolean> =>
    (await recall(process, query(namespace, { explain: true }))).hits[0]?.explain?.recency !== undefined;
  expect([await weighs(service), await weighs(other)]).toEqual([false, false]);
  expect((await putSettings(service, namespace, { recency: { weight: 0.5 } })).status).toBe(200);
  expect(await weighs(service)).toBe(true);
  await until(() => weighs(other), Boolean, 10_000);
});
