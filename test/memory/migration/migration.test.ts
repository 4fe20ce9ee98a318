import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, describe, expect, test } from "vitest";
import type { z } from "@hono/zod-openapi";
import type { migrationView, modelsView } from "../../../src/http/embeddings/schemas.js";
import { mneme } from "../../support/acts/backup.js";
import {
  bodyOf,
  newNamespace,
  pathOf,
  postBatch,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { startFakeOpenAI } from "../../support/embeddings/fake-openai.js";
import { startRedis } from "../../support/redis/start.js";
import { tempFolder } from "../../support/run/temp-dir.js";
import { startService, until, untilReady } from "../../support/service/service.js";
import type { Overrides, Service } from "../../support/service/service.js";

type Migration = z.output<typeof migrationView>;
type Models = z.output<typeof modelsView>;

// Of its own: a migration walks over everything that is there.
const server = await startRedis();
const redis = createClient({ url: server.url });
await redis.connect();
const provider = await startFakeOpenAI(64);
const running: Service[] = [];
afterAll(async () => {
  await Promise.all(running.map((service) => service.stop()));
  redis.destroy();
  await provider.close();
  await server.stop();
});

const LIMIT_MS = 300_000;
const LOCAL = "e5-small-v2-int8-384";
const FAKE = "text-embedding-3-small-64";
const fake = { OPENAI_API_KEY: "test", OPENAI_BASE_URL: provider.baseURL };
const both: Overrides = {
  ...fake,
  MNEME_EMBEDDER: "local",
  MNEME_EMBEDDING_SECOND: "openai",
  MNEME_EMBEDDING_SECOND_DIMENSIONS: "64",
};
const fakeOnly: Overrides = { ...fake, MNEME_EMBEDDER: "openai", MNEME_EMBEDDING_DIMENSIONS: "64" };

async function start(env: Overrides): Promise<Service> {
  const service = await startService({ REDIS_URL: server.url, ...env });
  running.push(service);
  return service;
}

const ROUTE = "/v1/embedding-migrations";

async function begin(service: Service, body?: unknown): Promise<Migration> {
  return bodyOf<Migration>(await service.send("POST", ROUTE, body), 202);
}

async function latest(service: Service): Promise<Migration> {
  const { migration } = bodyOf<Models>(await service.send("GET", ROUTE), 200);
  if (migration === null) throw new Error("no migration");
  return migration;
}

async function step(service: Service, { id }: Migration, name: string): Promise<Migration> {
  return bodyOf<Migration>(await service.send("POST", `${ROUTE}/${id}/steps`, { step: name }), 200);
}

async function reaches(service: Service, status: Migration["status"]): Promise<Migration> {
  return until(
    () => latest(service),
    (migration) => migration.status === status,
    LIMIT_MS,
  );
}

/** The memories that are nearest to a text by its meaning; never none. */
async function nearest(service: Service, namespace: string, query: string): Promise<string[]> {
  const { hits, degraded } = await recall(service, {
    namespaces: [namespace],
    query,
    mode: "vector",
    limit: 5,
  });
  expect(degraded).toEqual([]);
  expect(hits.length).toBeGreaterThan(0);
  return hits.map(({ memory }) => memory.content);
}

/** A memory is found by its own words as soon as all its vectors are there. */
async function expectFound(service: Service, namespace: string, content: string, query = content) {
  await until(
    () => nearest(service, namespace, query),
    (found) => found.includes(content),
  );
}

const vectorKeys = (service: Service, model: string): Promise<string[]> =>
  redis.keys(`${service.prefix}:vec:${model}:*`);

const indexes = async (): Promise<string[]> =>
  ((await redis.sendCommand(["FT._LIST"])) as unknown[]).map(String);

async function bytesIn(service: Service, namespace: string): Promise<number> {
  return bodyOf<{ bytes: number }>(await service.send("GET", `/v1/namespaces/${namespace}/usage`), 200).bytes;
}

describe("a change of the embedding model", () => {
  test(
    "from the local model to a provider of 64 dimensions and back: recall is never empty, a killed process loses nothing",
    async () => {
      const first = await start(both);
      const second = await start({ ...both, MNEME_KEY_PREFIX: first.prefix });
      const namespace = newNamespace();
      const contents = WARES.flatMap((ware) => PLACES.map((place) => `The ${ware} are ${place}.`));
      await postBatch(
        first,
        namespace,
        contents.map((content) => ({ content, memory_type: "semantic" })),
      );
      const before = await remember(first, namespace, { content: "The gate opens at seven." });
      const revised = await revise(first, before, { content: "The gate opens at nine." });
      const long = `Beginning of a report. ${"The depot was counted again and nothing was missing. ".repeat(60)}The end.`;
      await remember(first, namespace, { content: long });
      const turn = { memory_type: "episodic", session_id: "s" };
      await remember(first, namespace, { ...turn, content: "Where did you go?" });
      await remember(first, namespace, { ...turn, content: "To Lisbon." });
      await first.send("PUT", `/v1/namespaces/${namespace}/items/empty`, { content: "", metadata: { a: 1 } });

      const load = underLoad(second, namespace, contents);
      const begun = await begin(first, { model: "auto", rate_per_second: 40 });
      expect(begun).toMatchObject({ from: LOCAL, to: FAKE, active: LOCAL, status: "filling", changed: 0 });
      expect(await first.send("POST", ROUTE, {})).toMatchObject({
        status: 409,
        body: { code: "migration_unfit" },
      });
      await until(
        () => latest(second),
        ({ changed }) => changed > 0,
        LIMIT_MS,
      );
      await first.kill9();
      const third = await start({ ...both, MNEME_KEY_PREFIX: second.prefix });
      const switched = await reaches(third, "switched");
      expect(switched).toMatchObject({ active: FAKE, report: { mean_overlap_at_10: expect.any(Number) } });
      expect(switched.report?.recalled).toBeGreaterThan(0);
      const written = await load.end();
      expect(written.length).toBeGreaterThan(0);

      // What a provider of hashes knows is the whole text, for a turn also what was said before it.
      await expectFound(third, namespace, "To Lisbon.", "Where did you go?\nTo Lisbon.");
      const all = [...contents, ...written, "The gate opens at nine."];
      for (const content of all) await expectFound(third, namespace, content);
      const past = { namespaces: [namespace], mode: "vector", as_of: before.recorded_at };
      const old = await recall(third, { ...past, query: before.content, limit: 1 });
      expect(old.hits[0]?.memory).toMatchObject({ id: before.id, version: 1 });

      const back = await step(third, switched, "roll_back");
      expect(back).toMatchObject({ status: "ready", active: LOCAL, switch: "on_request" });
      const late = "The kettle is on the stove.";
      await until(
        async () => (await third.send("GET", "/readyz")).body as { embedder: { model: string } },
        ({ embedder }) => embedder.model === LOCAL,
      );
      await remember(third, namespace, { content: late });
      for (const content of [...written, late]) await expectFound(third, namespace, content);
      await step(third, back, "switch");
      await step(third, back, "finish");
      await reaches(third, "finished");

      expect(await vectorKeys(third, LOCAL)).toEqual([]);
      expect(
        (await indexes()).filter((name) => name.includes(LOCAL) && name.startsWith(third.prefix)),
      ).toEqual([]);
      for (const content of [...all, late]) await expectFound(third, namespace, content);
      expect(await read(third, revised)).toMatchObject({ embedding: { status: "complete", model: FAKE } });
      expect(await third.send("POST", `${ROUTE}/${begun.id}/steps`, { step: "roll_back" })).toMatchObject({
        status: 409,
      });
      await expectCounted(third, namespace);

      // A command that is run once more begins no way back.
      const once = await mneme(third, ["migrate"]);
      expect(once, once.stderr).toMatchObject({ code: 0 });
      expect(once.stdout).toContain(`The store already uses this model: ${FAKE}.`);
      expect(await mneme(third, ["migrate", FAKE])).toMatchObject({ code: 0 });
      const refused = await third.send("POST", ROUTE, {});
      expect(refused).toMatchObject({ status: 409, body: { code: "migration_unfit" } });
      expect(refused.text).toContain(`came from ${LOCAL}`);
      expect(await latest(third)).toMatchObject({ id: begun.id, status: "finished" });

      const named = mneme(third, ["migrate", LOCAL]);
      const again = await reaches(third, "switched");
      expect(again).toMatchObject({ from: FAKE, to: LOCAL });
      expect(await named).toMatchObject({ code: 0 });
      const other = await mneme(third, ["migrate", FAKE]);
      expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("--step roll_back") });
      await step(third, again, "finish");
      await reaches(third, "finished");
      expect(await vectorKeys(third, FAKE)).toEqual([]);
      for (const content of [...contents.slice(0, 5), late]) {
        await expectFound(third, namespace, content);
      }
      await expectCounted(third, namespace);
    },
    2 * LIMIT_MS,
  );

  test(
    "begins on a service whose configured model differs: it starts, and serves by words until then",
    async () => {
      const former = await start({
        ...fakeOnly,
        MNEME_EMBEDDING_DIMENSIONS: "64",
        MNEME_EMBEDDING_MODEL: "other",
      });
      const namespace = newNamespace();
      const memory = await remember(former, namespace, { content: "The cellar holds apples." });
      await former.stop();

      const service = await start({ ...fakeOnly, MNEME_KEY_PREFIX: former.prefix });
      await untilReady(service);
      const { body } = await service.send("GET", "/readyz");
      expect(body).toMatchObject({
        ready: true,
        embedder: { status: "degraded", reason: "model_differs", model: "other-64" },
      });
      expect(JSON.stringify(body)).toContain(FAKE);
      const asked = { namespaces: [namespace], query: "apples" };
      const byWords = await recall(service, asked);
      expect(byWords).toMatchObject({ degraded: ["vector"], hits: [{ memory: { id: memory.id } }] });
      const embedding = Array.from({ length: 64 }, (_, index) => (index === 7 ? 1 : 0));
      expect(
        await service.send("POST", "/v1/recall", { ...asked, embedding, embedding_model: FAKE }),
      ).toMatchObject({ status: 422, body: { code: "embedding_mismatch" } });
      const waiting = await remember(service, namespace, { content: "The attic holds pears." });
      expect(waiting.embedding.status).toBe("pending");
      const own = await service.send("POST", `/v1/namespaces/${namespace}/memories`, {
        content: "The shed holds plums.",
        memory_type: "semantic",
        embedding,
        embedding_model: "other-64",
      });
      expect(own.status).toBe(201);

      await begin(service);
      const switched = await reaches(service, "switched");
      expect(switched.report).toMatchObject({ queries: 0, mean_overlap_at_10: null });
      await step(service, switched, "finish");
      await reaches(service, "finished");
      expect(await vectorKeys(service, "other-64")).toEqual([]);
      for (const content of ["The cellar holds apples.", "The attic holds pears.", "The shed holds plums."]) {
        await expectFound(service, namespace, content);
      }
      expect((await service.send("GET", "/readyz")).body).toMatchObject({
        embedder: { status: "ok", model: FAKE },
      });
    },
    LIMIT_MS,
  );

  test(
    "that is cancelled leaves nothing of the new model",
    async () => {
      const service = await start(both);
      const namespace = newNamespace();
      const memory = await remember(service, namespace, { content: "The loft holds cherries." });
      const begun = await begin(service, { switch: "on_request" });
      await reaches(service, "ready");
      expect((await vectorKeys(service, FAKE)).length).toBe(1);
      expect((await service.send("GET", "/readyz")).body).toMatchObject({
        ready: true,
        embedder: { status: "degraded", reason: "migrating" },
      });
      await service.send("DELETE", pathOf(await remember(service, namespace, { content: "Gone soon." })));
      await step(service, begun, "cancel");
      await reaches(service, "cancelled");
      expect(await vectorKeys(service, FAKE)).toEqual([]);
      expect(await read(service, memory)).toMatchObject({ embedding: { status: "complete", model: LOCAL } });
      await expectFound(service, namespace, "The loft holds cherries.");
      await expectCounted(service, namespace);
    },
    LIMIT_MS,
  );

  test(
    "that waits for its switch gives what is imported meanwhile the vectors of the other model too",
    async () => {
      const service = await start(both);
      const [namespace, into] = [newNamespace(), newNamespace()];
      const memory = await remember(service, namespace, { content: "The gate opens at seven." });
      await revise(service, memory, { content: "The gate opens at nine." });
      const file = join(tempFolder(), "vectors.jsonl");
      const exported = await mneme(service, ["export", "--out", file, "--namespace", namespace, "--vectors"]);
      expect(exported.code, exported.stderr).toBe(0);
      const begun = await begin(service, { switch: "on_request" });
      await reaches(service, "ready");

      const imported = await mneme(service, ["import", file, "--into", into]);
      expect(imported.code, imported.stderr).toBe(0);
      const ofImported = async (model: string) =>
        (await vectorKeys(service, model)).filter((key) => key.includes(`{${into}}`));
      // Of the old version there are none of either.
      expect(await ofImported(LOCAL)).toHaveLength(1);
      await until(
        () => ofImported(FAKE),
        (keys) => keys.length === 1,
      );
      await step(service, begun, "switch");
      await until(
        async () => (await service.send("GET", "/readyz")).body as { embedder: { model: string } },
        ({ embedder }) => embedder.model === FAKE,
      );
      expect(await nearest(service, into, "The gate opens at nine.")).toEqual(["The gate opens at nine."]);
    },
    LIMIT_MS,
  );

  test("needs another model, which is configured", async () => {
    const service = await start(fakeOnly);
    await remember(service, newNamespace(), { content: "x" });
    expect(await service.send("POST", ROUTE, {})).toMatchObject({
      status: 409,
      body: { code: "migration_unfit" },
    });
    expect(await service.send("POST", ROUTE, { model: "another-8" })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "model" }] },
    });
    expect(await service.send("GET", `${ROUTE}/01JD8Q4V7K3W5N0R2T6Y9B1C4D`)).toMatchObject({ status: 404 });
  });
});

const WARES = [
  "lamps",
  "ropes",
  "candles",
  "violins",
  "bolts",
  "horses",
  "oranges",
  "shirts",
  "letters",
  "clocks",
];
const PLACES = [
  "in the cellar",
  "behind the chapel",
  "on board the ferry",
  "in Brussels",
  "under the bridge",
];
const TOWNS = ["Oslo", "Lima", "Kyoto", "Accra", "Porto", "Quito", "Riga", "Cairo", "Perth", "Tunis"];

/** Recalls and writes until it is told to end; no recall finds nothing, whatever happens. Gives what was written. */
function underLoad(service: Service, namespace: string, contents: readonly string[]) {
  const state = { ended: false };
  const written: string[] = [];
  const work = (async () => {
    for (let count = 0; !state.ended; count++) {
      const content = contents[count % contents.length] ?? "";
      const found = await recall(service, { namespaces: [namespace], query: content, limit: 3 });
      expect(found.hits[0]?.memory.content).toBe(content);
      expect(await nearest(service, namespace, content)).toContain(content);
      const more: Memory = await remember(service, namespace, {
        content: `Parcel ${count} went to ${TOWNS[count % TOWNS.length]}.`,
      });
      written.push(more.content);
      await sleep(100);
    }
  })();
  // Awaited at the end.
  work.catch(() => {});
  return {
    async end(): Promise<readonly string[]> {
      state.ended = true;
      await work;
      return written;
    },
  };
}

/** What a namespace counts for is what its records say. */
async function expectCounted(service: Service, namespace: string): Promise<void> {
  const records = await redis.keys(`${service.prefix}:rec:{${namespace}}:*`);
  let sum = 0;
  for (const key of records) {
    const [index] = (await redis.json.get(key, { path: "$.index" })) as {
      bytes: number;
      vector_bytes: number;
      version_bytes?: number;
      also?: unknown;
    }[];
    expect(index?.also).toBeUndefined();
    sum += (index?.bytes ?? 0) + (index?.vector_bytes ?? 0) + (index?.version_bytes ?? 0);
  }
  expect(await bytesIn(service, namespace)).toBe(sum);
}
