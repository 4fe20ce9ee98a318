import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import { bodyOf, newNamespace, pathOf, recall, remember } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { tempDir, tempFolder } from "../../support/run/temp-dir.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, until } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";
import { archiveAll, archived, everyByteOf, filesIn, headerOf } from "./support.js";

const folder = tempFolder();
const { service, redis, keysOf } = await startWithRedis({ MNEME_ARCHIVE: `file://${folder}` });

const long = (start: string) => `${start}${" The harbour was quiet, and the crane stood still.".repeat(12)}`;

interface Kept {
  readonly namespace: string;
  readonly memory: Memory;
  readonly content: string;
  readonly file: string;
}

async function keep(by: Service, where: string, start: string): Promise<Kept> {
  const namespace = newNamespace();
  const content = long(start);
  const memory = await remember(by, namespace, { memory_type: "episodic", content });
  await archiveAll(by, namespace);
  await archived(by, namespace, 1);
  const file = filesIn(where).find((each) => headerOf(readFileSync(each))?.namespace === namespace) ?? "";
  return { namespace, memory, content, file };
}

const whole = (by: Service, memory: Memory) => by.send("GET", `${pathOf(memory)}?include_archive=true`);

const restore = (by: Service, { namespace, memory }: Kept) =>
  by.send("POST", `/v1/namespaces/${namespace}/archive/restore`, { ids: [memory.id] });

test.each([
  ["truncated", (file: string) => truncateSync(file, 40)],
  ["emptied", (file: string) => truncateSync(file, 0)],
  ["missing", (file: string) => rmSync(file)],
  [
    "changed by a bit",
    (file: string) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8((bytes.at(-3) ?? 0) ^ 1, bytes.length - 3);
      writeFileSync(file, bytes);
    },
  ],
  ["replaced by nonsense", (file: string) => writeFileSync(file, "\n".repeat(2000))],
])("a segment that is %s is never shown: its stub stays, and says that it isn't whole", async (_, damage) => {
  const kept = await keep(service, folder, "The surveyor drew a map.");
  const bytes = readFileSync(kept.file);
  damage(kept.file);
  expect((await whole(service, kept.memory)).body).toMatchObject({ archived: true, content_complete: false });
  const asked = { query: "surveyor map", namespaces: [kept.namespace], include_archive: true };
  expect(await recall(service, asked)).toMatchObject({ degraded: ["vector", "archive"] });
  expect((await restore(service, kept)).body).toMatchObject({
    restored: [],
    failed: [{ id: kept.memory.id, reason: "damaged" }],
  });
  const revised = await service.send("PATCH", pathOf(kept.memory), { tags: ["new"] });
  expect(revised).toMatchObject({ status: 503, body: { code: "archive_damaged" } });
  // Brought back from a backup, it is whole again.
  writeFileSync(kept.file, bytes);
  expect((await restore(service, kept)).body).toMatchObject({ restored: [kept.memory.id] });
  expect((await whole(service, kept.memory)).body).toMatchObject({ content: kept.content, archived: false });
});

test("a segment that was swapped with another namespace's shows neither", async () => {
  const [own, other] = [
    await keep(service, folder, "The secret of the first tenant."),
    await keep(service, folder, "The secret of the second tenant."),
  ];
  copyFileSync(own.file, `${own.file}.aside`);
  renameSync(other.file, own.file);
  renameSync(`${own.file}.aside`, other.file);
  for (const kept of [own, other]) {
    const { body, text } = await whole(service, kept.memory);
    expect(body).toMatchObject({ content_complete: false });
    const foreign = kept === own ? "second tenant" : "first tenant";
    expect(text).not.toContain(foreign);
  }
});

test("a stub that points to another namespace's segment doesn't read it", async () => {
  const [own, other] = [
    await keep(service, folder, "The plan of the first tenant."),
    await keep(service, folder, "The plan of the second tenant."),
  ];
  const segment = headerOf(readFileSync(other.file))?.segment;
  const key = `${service.prefix}:rec:{${own.namespace}}:${own.memory.id}`;
  await redis.sendCommand(["JSON.SET", key, "$.memory.archived.segment", JSON.stringify(segment)]);
  const { body, text } = await whole(service, own.memory);
  expect(body).toMatchObject({ content_complete: false });
  expect(text).not.toContain("second tenant");
});

test("a caller can't write what makes a memory a stub", async () => {
  const namespace = newNamespace();
  const archivedBy = { at: 1, segment: "01ARZ3NDEKTSV4RRFFQ69G5FAV" };
  for (const more of [{ archived: archivedBy }, { content_complete: false }]) {
    const answer = await service.send("POST", `/v1/namespaces/${namespace}/memories`, {
      memory_type: "episodic",
      content: "It rained.",
      ...more,
    });
    expect(answer.status).toBe(400);
  }
});

test("without a place, a namespace's setting is refused in a sentence, and others aren't", async () => {
  const other = await startService();
  try {
    const refused = await putSettings(other, newNamespace(), { archive: { after_seconds: 60 } });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(refused.text).toContain("archive.after_seconds: This service has no archive.");
    expect((await putSettings(other, newNamespace(), { archive: { after_seconds: null } })).status).toBe(200);
  } finally {
    await other.stop();
  }
});

test("an archive that can't be written to leaves every memory hot, and goes on when it can", async () => {
  const own = tempDir();
  const place = `${own}/later`;
  const other = await startService({ MNEME_ARCHIVE: `file://${place}` });
  try {
    const namespace = newNamespace();
    const memory = await remember(other, namespace, { memory_type: "episodic", content: long("Ropes.") });
    await archiveAll(other, namespace);
    await until(
      async () => other.logs(),
      (logs) => logs.includes("the archive worker failed"),
    );
    expect((await whole(other, memory)).body).toMatchObject({ archived: false, content: long("Ropes.") });
    mkdirSync(place);
    await archived(other, namespace, 1);
    expect((await whole(other, memory)).body).toMatchObject({ archived: true, content: long("Ropes.") });
  } finally {
    await other.stop();
  }
});

test("two stores share a place, and neither touches what is the other's", async () => {
  const shared = tempDir();
  const start = () => startService({ MNEME_ARCHIVE: `file://${shared}` });
  const [one, two] = await Promise.all([start(), start()]);
  try {
    const [kept, other] = [
      await keep(one, shared, "The first store."),
      await keep(two, shared, "The second store."),
    ];
    bodyOf(await one.send("DELETE", pathOf(kept.memory)), 204);
    await until(
      () => everyByteOf(shared),
      (bytes) => !bytes.includes("The first store."),
    );
    expect((await whole(two, other.memory)).body).toMatchObject({ content: other.content });
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});

test("a service that is killed while it archives loses nothing, and leaves no segment that nothing points to", async () => {
  const own = tempDir();
  const namespace = newNamespace();
  const contents = Array.from({ length: 300 }, (_, index) => long(`Entry ${index} of the log.`));
  let by = await startService({ MNEME_ARCHIVE: `file://${own}` });
  const env = by.env;
  await by.send("POST", `/v1/namespaces/${namespace}/memories/batch`, {
    memories: contents.map((content) => ({ memory_type: "episodic", content })),
  });
  for (const pause of [5, 60]) {
    await archiveAll(by, namespace);
    await until(
      async () => filesIn(own).length,
      (files) => files > 0,
      20_000,
    ).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, pause));
    await by.kill9();
    by = await startService({ ...env, PORT: "0" });
  }
  try {
    await archived(by, namespace, 300);
    const all = await by.send("GET", `/v1/namespaces/${namespace}/memories?include_archive=true&limit=200`);
    const page = bodyOf<{ memories: Memory[]; cursor: string }>(all, 200);
    const rest = bodyOf<{ memories: Memory[] }>(
      await by.send(
        "GET",
        `/v1/namespaces/${namespace}/memories?include_archive=true&limit=200&cursor=${encodeURIComponent(page.cursor)}`,
      ),
      200,
    );
    const found = [...page.memories, ...rest.memories];
    expect(found.map(({ content }) => content).toSorted()).toEqual(contents.toSorted());
    expect(found.every(({ archived: is }) => is)).toBe(true);
    // The notes of segments that were begun are due after ten minutes: let that time be over.
    const due = `${by.prefix}:archive-due:{${namespace}}`;
    for (const { value } of await redis.zRangeWithScores(due, 0, -1))
      await redis.zAdd(due, { value, score: 1 });
    const noted = await until(
      async () => ({
        noted: (await redis.hKeys(`${by.prefix}:archive:{${namespace}}`)).toSorted(),
        files: readdirSync(own, { recursive: true, encoding: "utf8" }),
        facts: await redis.hGetAll(`${by.prefix}:archive:{${namespace}}`),
        due: await redis.zRangeWithScores(due, 0, -1),
      }),
      ({ noted: segments, files }) => files.length === segments.length + 1 && segments.length <= 3,
    );
    expect(noted.noted.length).toBeGreaterThan(0);
    const deleted = bodyOf<{ memories: number; cursor: string | null }>(
      await by.send("DELETE", `/v1/namespaces/${namespace}`),
      200,
    );
    expect(deleted.memories).toBeGreaterThan(0);
    if (deleted.cursor === null)
      await until(
        async () => filesIn(own).length,
        (count) => count === 0,
      );
  } finally {
    await by.stop();
  }
  expect((await keysOf(newNamespace())).length).toBe(0);
});
