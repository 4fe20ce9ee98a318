import { join } from "node:path";
import { createClient } from "redis";
import { expect, onTestFinished, test } from "vitest";
import { mneme } from "../../support/acts/backup.js";
import {
  bodyOf,
  embedded,
  listAll,
  newNamespace,
  pathOf,
  read,
  recall,
  remember,
} from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { startFakeOpenAI } from "../../support/embeddings/fake-openai.js";
import { startRedis } from "../../support/redis/start.js";
import { startWithVectors } from "../../support/redis/with-redis.js";
import { tempDir, tempFolder } from "../../support/run/temp-dir.js";
import { startService, until } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";
import { archiveAll, archived, everyByteOf } from "./support.js";

const folder = tempFolder();
const { service, redis } = await startWithVectors({ MNEME_ARCHIVE: `file://${folder}` });

const long = (start: string) => `${start}${" The harbour was quiet, and the crane stood still.".repeat(12)}`;

async function restore(by: Service, memory: Memory): Promise<void> {
  const path = `/v1/namespaces/${memory.namespace}/archive/restore`;
  const outcome = bodyOf(await by.send("POST", path, { ids: [memory.id] }), 200);
  expect(outcome).toMatchObject({ restored: [memory.id], failed: [] });
}

/** The vectors of a memory, by passage. */
async function vectorsOf({ namespace, id }: Memory): Promise<(string | undefined)[]> {
  const keys = await redis.keys(`${service.prefix}:vec:*:{${namespace}}:${id}:*`);
  return Promise.all(keys.toSorted().map(async (key) => (await redis.hGetAll(key))["v"]));
}

test("a memory that is restored after the embedding model was changed is embedded by the new model", async () => {
  // Of its own: a migration walks over everything that is there.
  const server = await startRedis();
  const provider = await startFakeOpenAI(64);
  onTestFinished(async () => {
    await provider.close();
    await server.stop();
  });
  const own = await startService({
    REDIS_URL: server.url,
    MNEME_ARCHIVE: `file://${tempDir()}`,
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDER: "local",
    MNEME_EMBEDDING_SECOND: "openai",
    MNEME_EMBEDDING_SECOND_DIMENSIONS: "64",
  });
  try {
    const namespace = newNamespace();
    const content = long("The pilot boarded at noon.");
    const told = await remember(own, namespace, { memory_type: "episodic", content });
    await embedded(own, told);
    const before = await read(own, told);
    await archiveAll(own, namespace);
    await archived(own, namespace, 1);

    const route = "/v1/embedding-migrations";
    const { id } = bodyOf<{ id: string }>(await own.send("POST", route, {}), 202);
    const reaches = (status: string) =>
      until(
        async () =>
          bodyOf<{ migration: { status: string } }>(await own.send("GET", route), 200).migration.status,
        (found) => found === status,
      );
    await reaches("switched");
    bodyOf(await own.send("POST", `${route}/${id}/steps`, { step: "finish" }), 200);
    await reaches("finished");
    expect(await read(own, told)).toMatchObject({ archived: true });

    await restore(own, told);
    await embedded(own, told);
    const after = await read(own, told);
    expect(after).toMatchObject({ content, archived: false, embedding: { status: "complete" } });
    expect(after.embedding.model).not.toBe(before.embedding.model);
    const found = await recall(own, { namespaces: [namespace], query: content, mode: "vector" });
    expect(found).toMatchObject({ degraded: [], hits: [{ memory: { id: told.id } }] });
    const client = await createClient({ url: server.url }).connect();
    const stale = await client.keys(`${own.prefix}:vec:${before.embedding.model}:*`);
    client.destroy();
    expect(stale).toEqual([]);
  } finally {
    await own.stop();
  }
});

test("an archived turn whose predecessor was deleted comes back with a vector of its own words alone", async () => {
  const [namespace, alone] = [newNamespace(), newNamespace()];
  const turn = { memory_type: "episodic", session_id: "s" };
  const asked = await remember(service, namespace, { ...turn, content: "Where did Zebulon go?" });
  const told = await remember(service, namespace, { ...turn, content: "To Lisbon, by ship." });
  const single = await remember(service, alone, { memory_type: "episodic", content: "To Lisbon, by ship." });
  for (const memory of [asked, told, single]) await embedded(service, memory);
  const [own] = await vectorsOf(single);
  expect(own).toBeDefined();
  expect(await vectorsOf(told)).not.toEqual([own]);
  await archiveAll(service, namespace);
  await archived(service, namespace, 2);
  bodyOf(await service.send("DELETE", pathOf(asked)), 204);
  await restore(service, told);
  await until(
    () => vectorsOf(told),
    (vectors) => vectors.length === 1,
  );
  // What was deleted is in no vector either.
  expect(await vectorsOf(told)).toEqual([own]);
  expect(await read(service, told)).toMatchObject({ archived: false, embedding: { status: "complete" } });
});

test("a question that was archived before memories noted how much they ask notes it once it is back", async () => {
  const namespace = newNamespace();
  const told = await remember(service, namespace, {
    memory_type: "episodic",
    content: "Where did you learn to sail?",
  });
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const key = `${service.prefix}:rec:{${namespace}}:${told.id}`;
  const asks = () => redis.sendCommand(["JSON.GET", key, "$.index.asks"]);
  // As the upgrade to schema 4 leaves a stub of a release before it.
  await redis.sendCommand(["JSON.DEL", key, "$.index.asks"]);
  expect(await asks()).toBe("[]");
  await restore(service, told);
  expect(await asks()).toBe("[1]");
});

test("an archived memory whose only source is deleted goes with it, out of its segment too", async () => {
  const namespace = newNamespace();
  const source = await remember(service, namespace, {
    memory_type: "episodic",
    content: "The gate was red.",
  });
  const content = long("The gate was painted by Ottokar.");
  const derived_from = [{ namespace, id: source.id, version: 1 }];
  const told = await remember(service, namespace, { memory_type: "episodic", content, derived_from });
  const other = await remember(service, namespace, {
    memory_type: "episodic",
    content: long("A boat came."),
  });
  for (const memory of [told, other]) await embedded(service, memory);
  await archiveAll(service, namespace);
  await archived(service, namespace, 3);
  expect(await everyByteOf(folder)).toContain("Ottokar");
  const outcome = bodyOf(await service.send("DELETE", pathOf(source)), 200);
  expect(outcome).toMatchObject({ removed: [told.id] });
  const path = `/v1/namespaces/${namespace}/archive/restore`;
  expect((await service.send("POST", path, { ids: [told.id] })).body).toMatchObject({
    restored: [],
    failed: [{ id: told.id, reason: "not_archived" }],
  });
  await until(
    () => everyByteOf(folder),
    (bytes) => !bytes.includes("Ottokar"),
  );
  await restore(service, other);
  expect(await read(service, other)).toMatchObject({ content: other.content, archived: false });
});

test("archived memories come back hot from an export, with their words, metadata and vectors", async () => {
  const [namespace, into] = [newNamespace(), newNamespace()];
  const contents = ["one", "two", "three"].map((name) => long(`The ship number ${name} came in.`));
  for (const [index, content] of contents.entries()) {
    const input = { memory_type: "episodic", content, metadata: { index }, importance: 0.4 };
    await embedded(service, await remember(service, namespace, input));
  }
  const before = await listAll(service, namespace, { order: "asc" });
  await archiveAll(service, namespace);
  await archived(service, namespace, 3);
  const file = join(tempDir(), "archived.jsonl");
  const exported = await mneme(service, ["export", "--out", file, "--namespace", namespace, "--vectors"]);
  expect(exported.code, exported.stderr).toBe(0);
  const imported = await mneme(service, ["import", file, "--into", into]);
  expect(imported.code, imported.stderr).toBe(0);

  const after = await listAll(service, into, { order: "asc" });
  const kept = ({ id, content, metadata, importance, recorded_at, embedding, archived: is }: Memory) => ({
    id,
    content,
    metadata,
    importance,
    recorded_at,
    embedding,
    archived: is,
  });
  expect(after.map(kept)).toEqual(before.map(kept));
  const [first = ""] = contents;
  const asked = { namespaces: [into], query: first, mode: "vector", limit: 1 };
  expect(await recall(service, asked)).toMatchObject({ hits: [{ memory: { content: first } }] });
  // What was exported is archived as before.
  expect((await listAll(service, namespace, { archived: "true" })).length).toBe(3);
});
