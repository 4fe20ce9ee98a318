import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
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
import type { MemoryDetail } from "../../support/acts/memories.js";
import { startWithVectors } from "../../support/redis/with-redis.js";
import { runs } from "../../support/run/long.js";
import { tempFolder } from "../../support/run/temp-dir.js";
import { putSettings, usage } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";
import { archiveAll, archived, entriesOf, everyByteOf, filesIn, stopArchiving } from "./support.js";

const folder = tempFolder();
const { service, redis, keysOf } = await startWithVectors({ MNEME_ARCHIVE: `file://${folder}` });

const restore = (namespace: string, body: unknown) =>
  service.send("POST", `/v1/namespaces/${namespace}/archive/restore`, body);

/** What Redis holds of a namespace's memories, with their vectors. */
async function storedIn(namespace: string): Promise<Record<string, unknown>> {
  const stored: Record<string, unknown> = {};
  for (const key of await keysOf(namespace)) {
    const kind = key.split(":")[1] ?? "";
    if (kind === "vec") stored[key] = await redis.hGetAll(key);
    if (kind !== "rec" && kind !== "old") continue;
    const [document] = JSON.parse(String(await redis.sendCommand(["JSON.GET", key, "$"]))) as [
      { index: Record<string, unknown> },
    ];
    const { restored_at: _, ...index } = document.index;
    const facets = [...(index["facets"] as string[])].toSorted();
    stored[key] = { ...document, index: { ...index, facets } };
    stored[`${key} ends`] = await redis.pExpireTime(key);
  }
  return stored;
}

const long = (start: string) => `${start}${" The harbour was quiet, and the crane stood still.".repeat(12)}`;

test("an archived memory is found by its words, shows its beginning, and is whole with include_archive", async () => {
  const namespace = newNamespace();
  const content = `${long("The lighthouse keeper came aboard.")} His account is CX-7742-B.`;
  const told = await remember(service, namespace, { memory_type: "episodic", content });
  await embedded(service, told);
  await archiveAll(service, namespace);
  const [stub] = await archived(service, namespace, 1);
  expect(stub).toMatchObject({ id: told.id, archived: true, content_complete: false, version: 1 });
  expect(stub?.content).toMatch(/^The lighthouse keeper came aboard\. .*…$/);
  expect(filesIn(folder).length).toBeGreaterThan(0);

  const asked = { query: "CX-7742-B", namespaces: [namespace] };
  const found = await recall(service, asked);
  expect(found.hits[0]?.memory).toMatchObject({ id: told.id, archived: true, content_complete: false });
  expect(found.hits[0]?.ranks).toEqual({ keyword: 1, vector: null });
  const whole = await recall(service, { ...asked, include_archive: true });
  expect(whole.hits[0]?.memory).toMatchObject({ content, archived: true, content_complete: true });
  expect(whole.degraded).toEqual([]);
  // The words that lie outside of the excerpt count all the same.
  expect(found.hits[0]?.relevance).toBe(whole.hits[0]?.relevance);

  expect(await read(service, told)).toMatchObject({ content: stub?.content, content_complete: false });
  const detail = await service.send("GET", `${pathOf(told)}?include_archive=true`);
  expect(detail.body).toMatchObject({ content, content_complete: true });
  const listed = await listAll(service, namespace, { include_archive: "true" });
  expect(listed).toMatchObject([{ content, content_complete: true }]);
  expect(await recall(service, { ...asked, filter: { archived: false } })).toMatchObject({ hits: [] });
  // As of a time before it was archived.
  const then = await recall(service, { ...asked, as_of: told.recorded_at, include_archive: true });
  expect(then.hits[0]?.memory).toMatchObject({ id: told.id, content });
});

test("archiving and restoring a memory changes nothing of it, vectors and all that others did to it included", async () => {
  const said = fc.record({
    content: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 600 })
      .filter((text) => text.trim() !== ""),
    importance: fc.constantFrom(0.1, 0.5, 0.9),
    trust_score: fc.double({ min: 0, max: 1, noNaN: true }),
    tags: fc.array(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }), { maxLength: 3 }),
    metadata: fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string()),
    ),
    ttl_seconds: fc.constantFrom(null, 86_400),
    session_id: fc.constantFrom("one", "two"),
    timestamp: fc.constant("2020-02-02T00:00:00.000Z"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...(["confirmed", "used"] as const)),
      async (episodes, outcome) => {
        const namespace = newNamespace();
        const ids = new Set<string>();
        for (const [index, episode] of episodes.entries()) {
          const metadata = { ...episode.metadata, number: index };
          const told = await remember(service, namespace, { ...episode, metadata, memory_type: "episodic" });
          ids.add(told.id);
          await embedded(service, told);
        }
        const [first = ""] = ids;
        // A version, a verdict and another sighting.
        const place = pathOf({ namespace, id: first });
        bodyOf(await service.send("PATCH", place, { importance: 0.25, metadata: { more: [1.5, 2] } }), 200);
        bodyOf(await service.send("POST", `${place}/feedback`, { outcome, by: "agent" }), 200);
        await until(
          async () => JSON.stringify(await storedIn(namespace)),
          (text) => !/"(?:embed|corroborate|feedback|publish)_at":\d/.test(text),
        );
        const before = await storedIn(namespace);
        const used = await usage(service, namespace);
        await archiveAll(service, namespace);
        await archived(service, namespace, ids.size);
        expect((await usage(service, namespace)).bytes).toBeLessThan(used.bytes);
        expect((await usage(service, namespace)).memories).toBe(used.memories);

        const { restored } = bodyOf<{ restored: string[] }>(await restore(namespace, { filter: {} }), 200);
        expect(new Set(restored)).toEqual(ids);
        expect(await storedIn(namespace)).toEqual(before);
        expect(await usage(service, namespace)).toEqual(used);
      },
    ),
    { numRuns: runs(6) },
  );
});

test("an interaction and a hostile text come back as they were", async () => {
  const namespace = newNamespace();
  const hostile = `\u0000${"\u202e𝕏\r\n\t</script>{{}}\\".repeat(900)}`.slice(0, 12_000);
  const path = `/v1/namespaces/${namespace}/interactions`;
  const input = {
    input: hostile,
    response: { text: hostile, numbers: [4.235923879920906e-122] },
  };
  const captured = bodyOf<MemoryDetail>(await service.send("POST", path, input), 201);
  await embedded(service, captured);
  const before = await read(service, captured);
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  expect(await read(service, captured)).not.toHaveProperty("interaction");
  const detail = await service.send("GET", `${pathOf(captured)}?include_archive=true`);
  expect(detail.body).toMatchObject({ content: before.content, interaction: before.interaction });
  bodyOf(await restore(namespace, { ids: [captured.id] }), 200);
  expect(await read(service, captured)).toEqual(before);
});

describe("what stays hot", () => {
  test("pinned, important, recent, used and published memories, and other types", async () => {
    const [namespace, shared] = [newNamespace(), newNamespace()];
    const episode = (content: string, more = {}) =>
      remember(service, namespace, { memory_type: "episodic", content, ...more });
    const old = await episode("An old one.");
    await episode("A pinned one.", { pinned: true });
    await episode("An important one.", { importance: 0.9 });
    const published = await episode("A published one.");
    bodyOf(await service.send("POST", `${pathOf(published)}/publish`, { to: shared }), 201);
    await remember(service, namespace, { content: "Walruses eat clams." });
    const used = await episode("A walrus was used.");
    await sleep(1100);
    await recall(service, { query: "walrus used", namespaces: [namespace], limit: 1 });
    await archiveAll(service, namespace, { unread_seconds: 60, max_importance: 0.5 });
    await sleep(60);
    expect(
      (await putSettings(service, namespace, { archive: { after_seconds: 1, max_importance: 0.5 } })).status,
    ).toBe(200);
    const stubs = await until(
      () => listAll(service, namespace, { archived: "true" }),
      (found) => found.length === 2,
    );
    expect(stubs.map(({ id }) => id).toSorted()).toEqual([old.id, used.id].toSorted());
    await stopArchiving(service, namespace);
  });

  test("a restored memory, for as long as it must be unread", async () => {
    const namespace = newNamespace();
    const told = await remember(service, namespace, { memory_type: "episodic", content: "It was cold." });
    await archiveAll(service, namespace, { unread_seconds: 1 });
    await archived(service, namespace, 1);
    bodyOf(await restore(namespace, { ids: [told.id] }), 200);
    await archiveAll(service, namespace, { unread_seconds: 3600 });
    await sleep(5000);
    expect(await read(service, told)).toMatchObject({ archived: false, content: "It was cold." });
  });
});

test("a revision brings the memory back, so that no version holds an excerpt", async () => {
  const namespace = newNamespace();
  const content = long("The keeper left.");
  const told = await remember(service, namespace, { memory_type: "episodic", content });
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const revised = await service.send("PATCH", pathOf(told), { tags: ["kept"] });
  expect(revised).toMatchObject({ status: 200, body: { content, version: 2, archived: false } });
  const { versions } = bodyOf<{ versions: MemoryDetail[] }>(
    await service.send("GET", `${pathOf(told)}/versions`),
    200,
  );
  expect(versions.map((each) => each.content)).toEqual([content, content]);
});

test("publishing brings the memory back, so that its copy is whole", async () => {
  const [namespace, shared] = [newNamespace(), newNamespace()];
  const content = long("The keeper wrote it down.");
  const told = await remember(service, namespace, { memory_type: "episodic", content });
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const copy = await service.send("POST", `${pathOf(told)}/publish`, { to: shared });
  expect(copy).toMatchObject({ status: 201, body: { content, namespace: shared } });
});

test("what is deleted or ends goes from its segment; the others stay readable", async () => {
  const namespace = newNamespace();
  // Of this run only: the folder is the file's.
  const marker = (name: string): string => `marker-${name}-${namespace.slice(-8)}`;
  const episode = (name: string, more = {}) => {
    const content = long(`The ${marker(name)} went by.`);
    return remember(service, namespace, { memory_type: "episodic", content, ...more });
  };
  const [deleted, ended, stays] = await Promise.all([
    episode("deleted"),
    episode("ended", { ttl_seconds: 30 }),
    episode("stays"),
  ]);
  await archiveAll(service, namespace);
  await archived(service, namespace, 3);
  expect(await everyByteOf(folder)).toContain(marker("deleted"));
  bodyOf(await service.send("DELETE", pathOf(deleted)), 204);
  await until(
    () => everyByteOf(folder),
    (bytes) => !bytes.includes(marker("deleted")),
  );
  await until(
    () => everyByteOf(folder),
    (bytes) => !bytes.includes(marker("ended")),
  );
  expect((await service.send("GET", pathOf(ended))).status).toBe(404);
  const whole = await service.send("GET", `${pathOf(stays)}?include_archive=true`);
  expect(whole.body).toMatchObject({
    content_complete: true,
    content: long(`The ${marker("stays")} went by.`),
  });

  bodyOf(await service.send("DELETE", `/v1/namespaces/${namespace}`), 200);
  await until(
    () => keysOf(namespace),
    (keys) => !keys.some((key) => key.includes(":archive")),
  );
  expect(await everyByteOf(folder)).not.toContain(marker("stays"));
});

test("an erasure is complete only when no byte of the archive names the subject", async () => {
  const namespace = newNamespace();
  const about = (content: string) => remember(service, namespace, { memory_type: "episodic", content });
  // Named outside of the excerpt, so that only the archive knows it.
  const named = await about(`${long("The ferry was late.")} Zebulon Quux complained.`);
  const other = await about(long("The ferry was early."));
  await archiveAll(service, namespace);
  await archived(service, namespace, 2);
  expect(await everyByteOf(folder)).toContain("Zebulon");
  const request = { subject: { entity: ["Zebulon Quux"], mentions: true }, namespace };
  const begun = bodyOf<{ id: string }>(await service.send("POST", "/v1/erasures", request), 202);
  const done = await until(
    async () => bodyOf<{ status: string }>(await service.send("GET", `/v1/erasures/${begun.id}`), 200),
    ({ status }) => status === "complete",
  );
  expect(done).toMatchObject({ counts: { memories: 1 } });
  expect(await everyByteOf(folder)).not.toContain("Zebulon");
  expect((await service.send("GET", pathOf(named))).status).toBe(404);
  const whole = await service.send("GET", `${pathOf(other)}?include_archive=true`);
  expect(whole.body).toMatchObject({ content_complete: true });
});

test("an export holds archived memories whole, and an import of it needs no archive", async () => {
  const [namespace, into] = [newNamespace(), newNamespace()];
  const content = long("The pilot boarded.");
  const told = await remember(service, namespace, { memory_type: "episodic", content });
  await embedded(service, told);
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const { id } = bodyOf<{ id: string }>(
    await service.send("POST", "/v1/exports", { namespaces: [namespace], vectors: true }),
    202,
  );
  const file = await service.send("GET", `/v1/exports/${id}/parts/1`);
  const lines = file.text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { kind: string });
  const memory = lines.find(({ kind }) => kind === "memory");
  expect(memory).toMatchObject({ memory: { content: told.content, embedding: { status: "complete" } } });
  expect(memory).toHaveProperty("vectors.0");
  expect(memory).not.toHaveProperty("segment");
  expect(into).not.toBe(namespace);
});

test("a quota that has no room refuses a restore, and names why", async () => {
  const namespace = newNamespace();
  const told = await remember(service, namespace, { memory_type: "episodic", content: long("Boxes.") });
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const { bytes } = await usage(service, namespace);
  bodyOf(await putSettings(service, namespace, { quota: { bytes: bytes + 10, memories: null } }), 200);
  const outcome = await restore(namespace, { ids: [told.id, "01ARZ3NDEKTSV4RRFFQ69G5FAV"] });
  expect(outcome.body).toMatchObject({
    restored: [],
    failed: expect.arrayContaining([
      { id: told.id, reason: "quota_exceeded" },
      { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", reason: "not_archived" },
    ]),
  });
});

test("segments hold what they say, and no namespace's name is in a path", async () => {
  const namespace = newNamespace();
  const told = await remember(service, namespace, { memory_type: "episodic", content: "It rained." });
  await embedded(service, told);
  await archiveAll(service, namespace);
  await archived(service, namespace, 1);
  const files = filesIn(folder);
  expect(files.join()).not.toContain(namespace);
  const entries = await Promise.all(files.map((file) => entriesOf(readFileSync(file))));
  const entry = entries.map((each) => each.get(told.id)).find((each) => each !== undefined);
  expect(entry).toMatchObject({ content: "It rained.", version: 1 });
  expect(entry?.vectors.map(({ length }) => length)).toEqual([128]);
});
