import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createClient } from "redis";
import { expect, inject, onTestFinished, test } from "vitest";
import { pathOf } from "../../../src/archive/directory.js";
import { listAll, newNamespace, postBatch } from "../../support/acts/memories.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, until, untilLogged } from "../../support/service/service.js";
import { archiveAll, archived } from "./support.js";

/** A disk of so many KiB below a folder of the test's; undefined: this user may not mount one. */
function smallDisk(kib: number): { readonly folder: string; grow(to: number): void } | undefined {
  const folder = tempDir();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kib}k`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", [folder]));
  return {
    folder,
    grow: (to) => void execFileSync("mount", ["-o", `remount,size=${to}k`, folder], { stdio: "ignore" }),
  };
}

test("a namespace that can't be archived keeps no other one from it", async () => {
  const prefix = `t${randomBytes(6).toString("hex")}`;
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  onTestFinished(() => redis.destroy());
  const service = await startService({
    MNEME_ARCHIVE: `file://${tempDir()}`,
    MNEME_KEY_PREFIX: prefix,
  });
  onTestFinished(async () => void (await service.stop()));
  // Namespaces are looked through in their order.
  const [broken, sound] = [`a-${newNamespace()}`, `b-${newNamespace()}`];
  for (const namespace of [broken, sound]) {
    await postBatch(service, namespace, [{ memory_type: "episodic", content: "The ferry was late." }]);
    await putSettings(service, namespace, { archive: { after_seconds: 3600 } });
  }
  const trail = `${prefix}:audit:{${broken}}`;
  await redis.del(trail);
  await redis.set(trail, "damaged");
  // By the service it couldn't be set any more.
  await redis.hSet(`${prefix}:settings:{${broken}}`, "archive_after_seconds", "1");
  await archiveAll(service, sound);
  await archived(service, sound, 1);
});

test("a namespace whose folder of the archive is broken keeps no other one from being archived", async () => {
  const folder = tempDir();
  const service = await startService({ MNEME_ARCHIVE: `file://${folder}` });
  onTestFinished(async () => void (await service.stop()));
  // Namespaces are looked through in their order.
  const [broken, sound] = [`a-${newNamespace()}`, `b-${newNamespace()}`];
  // Root may write anywhere, but not below a file.
  const inTheWay = join(folder, dirname(pathOf({ namespace: broken, segment: "ANY" })));
  writeFileSync(inTheWay, "");
  for (const namespace of [broken, sound])
    await postBatch(service, namespace, [{ memory_type: "episodic", content: "The ferry was late." }]);
  await archiveAll(service, broken);
  await untilLogged(service, "the archive worker failed", "ENOTDIR");
  await archiveAll(service, sound);
  await archived(service, sound, 1);
  expect(await listAll(service, broken, { archived: "true" })).toEqual([]);

  rmSync(inTheWay);
  await archived(service, broken, 1);
});

test("a full disk of the archive leaves every memory whole in Redis, and says so until there is room", async ({
  skip,
}) => {
  const disk = smallDisk(128);
  if (disk === undefined) return skip("this user may not mount a disk");
  const service = await startService({ MNEME_ARCHIVE: `file://${disk.folder}` });
  const state = async () => (await service.send("GET", "/readyz")).body as Record<string, unknown>;
  try {
    const namespace = newNamespace();
    // Nothing in them can be compressed.
    const contents = Array.from({ length: 80 }, () => randomBytes(3000).toString("base64"));
    const memories = contents.map((content) => ({ memory_type: "episodic", content }));
    const stored = await postBatch(service, namespace, memories);
    expect(stored.every(({ status }) => status === 201)).toBe(true);
    expect(await state()).toMatchObject({ archive: { status: "ok" } });
    await archiveAll(service, namespace);

    await untilLogged(service, "the archive worker failed", "ENOSPC");
    expect(await state()).toMatchObject({
      ready: true,
      archive: { status: "degraded", reason: "archive_unavailable" },
    });
    const metrics = await service.send("GET", "/metrics");
    expect(metrics.text).toMatch(/^mneme_worker_errors_total\{worker="archive"\} [1-9]/m);
    const hot = await listAll(service, namespace, { archived: "false" });
    expect(hot.map(({ content }) => content).toSorted()).toEqual(contents.toSorted());
    expect(await listAll(service, namespace, { archived: "true" })).toEqual([]);
    // Not even a part of a segment takes the room that is left.
    const files = readdirSync(disk.folder, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => name.includes(".mneme"))).toEqual([]);

    disk.grow(16 * 1024);
    await archived(service, namespace, contents.length);
    await until(state, ({ archive }) => (archive as { status: string }).status === "ok");
    const whole = await listAll(service, namespace, { include_archive: "true" });
    expect(whole.every((memory) => memory.archived)).toBe(true);
    expect(whole.map(({ content }) => content).toSorted()).toEqual(contents.toSorted());
    // Neither the disk's path nor a content is for readers of the log.
    expect(service.logs()).not.toContain(contents[0]);
  } finally {
    await service.stop();
  }
});
