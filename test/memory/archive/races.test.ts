import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createDirectory } from "../../../src/archive/directory.js";
import { createRedis } from "../../../src/compose/redis.js";
import { createStores } from "../../../src/compose/stores.js";
import { loadConfig } from "../../../src/config.js";
import { systemContext } from "../../../src/domain/context.js";
import { trailOf } from "../../../src/access/trail.js";
import { createArchive } from "../../../src/memory/archive/create-archive.js";
import type { ArchiveDeps } from "../../../src/memory/archive/deps.js";
import { packSegment } from "../../../src/memory/archive/pack.js";
import { settleSegments } from "../../../src/memory/archive/settle.js";
import { CLAIM_MS } from "../../../src/memory/archive/write-segment.js";
import { createIds } from "../../../src/memory/model/ids.js";
import { PlaceAway } from "../../../src/memory/ports/archive.js";
import type { ArchivePlace } from "../../../src/memory/ports/archive.js";
import { ids, newNamespace, pathOf, postBatch } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { useService } from "../../support/service/service.js";
import { everyByteOf, filesIn } from "./support.js";

/** It has no archive of its own: what moves memories here are the processes of the tests. */
const service = await useService();
const context = systemContext("a test", Date.now);
const TERMS = { afterMs: 1, unreadMs: 1, maxImportance: 1, consolidatedOnly: false };

/** Some episodes, and as many processes as wanted that share an archive. */
async function opened(count: number) {
  const redis = createRedis(loadConfig(service.env), {
    logger: pino({ level: "silent" }),
    metrics: { redis: () => {} },
    onMissingIndex: () => {},
  });
  await redis.client.connect();
  onTestFinished(() => redis.client.destroy());
  const { memories: store } = createStores(loadConfig(service.env), redis);
  const folder = tempDir();
  const directory = createDirectory(folder);
  const newId = createIds();
  const processOf = (place: ArchivePlace = directory): ArchiveDeps & { readonly place: ArchivePlace } => ({
    store,
    place,
    newId,
    now: Date.now,
    model: () => ({ id: undefined, also: false }),
    observe() {},
  });
  const namespace = newNamespace();
  const contents = Array.from({ length: count }, (_, at) => `episode ${at} ${"of the long day ".repeat(40)}`);
  const batch = contents.map((content) => ({ memory_type: "episodic", content }));
  const memories = (await postBatch(service, namespace, batch)).map(({ memory }) => memory as Memory);
  const pack = (archive: ReturnType<typeof processOf>) =>
    packSegment(
      { archive, lifecycle: store },
      archive.place,
      context,
      namespace,
      TERMS,
      { from: 0, ended: false },
      () => false,
    );
  /** What readers get of each memory that is there. */
  const whole = async () => {
    const found = await store.peekDetails(namespace, ids(memories));
    const read = await createArchive(processOf()).whole(found);
    return read.map((memory) => memory?.content);
  };
  const archived = async () =>
    (await store.peekDetails(namespace, ids(memories))).map(
      (memory) => memory !== undefined && memory.archived !== null,
    );
  /** Looks at segments until none is due, when each claim is over: one may have been made a claim's time later. */
  const settled = async () => {
    while ((await settleSegments(processOf(), namespace, Date.now() + 3 * CLAIM_MS)) > 0);
  };
  return {
    store,
    directory,
    folder,
    processOf,
    namespace,
    contents,
    memories,
    pack,
    whole,
    archived,
    settled,
  };
}

test("a segment that another process gives up while it is written leaves no file, and every memory whole", async () => {
  const { directory, folder, processOf, namespace, contents, pack, whole, archived, settled } =
    await opened(3);
  const slow: ArchivePlace = {
    ...directory,
    async put(ref, bytes) {
      // It has taken so long that another process takes it for dead.
      expect(await settleSegments(processOf(), namespace, Date.now() + CLAIM_MS + 1)).toBe(1);
      await directory.put(ref, bytes);
    },
  };
  await expect(pack(processOf(slow))).rejects.toThrow(PlaceAway);
  expect(filesIn(folder)).toEqual([]);
  expect(await archived()).toEqual([false, false, false]);
  expect(await pack(processOf())).toBe(3);
  await settled();
  expect(filesIn(folder)).toHaveLength(1);
  expect(await whole()).toEqual(contents);
});

test("a memory that comes back while its segment is written again is in no segment, and the others stay", async () => {
  const made = await opened(4);
  const { directory, folder, processOf, namespace, contents, memories, pack, whole, archived, settled } =
    made;
  expect(await pack(processOf())).toBe(4);
  const [gone, back] = memories;
  await service.send("DELETE", pathOf(gone as Memory));
  const trail = trailOf(context, "restore", { ids: [back?.id ?? ""] });
  let once = false;
  const slow: ArchivePlace = {
    ...directory,
    async put(ref, bytes) {
      await directory.put(ref, bytes);
      if (once) return;
      once = true;
      const { kind } = await createArchive(processOf()).bringBack(trail, namespace, back?.id ?? "");
      expect(kind).toBe("restored");
    },
  };
  await settleSegments(processOf(slow), namespace, Date.now() + CLAIM_MS + 1);
  expect(once).toBe(true);
  await settled();
  expect(await archived()).toEqual([false, false, true, true]);
  expect(await whole()).toEqual([undefined, ...contents.slice(1)]);
  expect(filesIn(folder)).toHaveLength(1);
  const bytes = await everyByteOf(folder);
  for (const content of contents.slice(0, 2)) expect(bytes).not.toContain(content);
  for (const content of contents.slice(2)) expect(bytes).toContain(content);
});

test("of two processes that write one segment again at once, each memory has one of theirs in the end", async () => {
  const { directory, folder, processOf, namespace, contents, memories, pack, whole, archived, settled } =
    await opened(4);
  expect(await pack(processOf())).toBe(4);
  await service.send("DELETE", pathOf(memories[0] as Memory));
  const waiting: (() => void)[] = [];
  const together: ArchivePlace = {
    ...directory,
    async put(ref, bytes) {
      await directory.put(ref, bytes);
      // Both have read the old one, and written theirs.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
    },
  };
  const now = Date.now() + CLAIM_MS + 1;
  await Promise.all([0, 1].map((at) => settleSegments(processOf(together), namespace, now + at * CLAIM_MS)));
  expect(waiting).toHaveLength(2);
  await settled();
  expect(await archived()).toEqual([false, true, true, true]);
  expect(await whole()).toEqual([undefined, ...contents.slice(1)]);
  expect(filesIn(folder)).toHaveLength(1);
  expect(await everyByteOf(folder)).not.toContain(contents[0]);
});
