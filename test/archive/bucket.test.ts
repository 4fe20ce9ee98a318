import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { openBucket } from "../../src/archive/bucket.js";
import { PlaceAway } from "../../src/memory/ports/archive.js";
import { archiveAll, archived, everyByteOf } from "../memory/archive/support.js";
import { bodyOf, newNamespace, pathOf, recall, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { startGate } from "../support/s3/gate.js";
import { startS3 } from "../support/s3/start-s3.js";
import { startService, until } from "../support/service/service.js";
import { placeContract } from "./contract.js";

const s3 = await startS3(tempFolder());
afterAll(() => s3.stop());

const options = {
  bucket: "memories",
  prefix: "team/mneme",
  endpoint: s3.url,
  region: "us-east-1",
  accessKeyId: s3.accessKeyId,
  secretAccessKey: s3.secretAccessKey,
  timeoutMs: 2_000,
};

describe("a bucket", () => {
  placeContract(() => openBucket(options));

  const ref = { namespace: "acme", segment: "ONE" };

  test.each([
    ["a wrong secret", { secretAccessKey: "wrong" }],
    ["a key that isn't known", { accessKeyId: "unknown" }],
    ["a bucket that isn't there", { bucket: "nowhere" }],
    ["a port where nothing listens", { endpoint: "http://127.0.0.1:2" }],
  ])("with %s is away: nothing counts as missing, and no secret is in the message", async (_, wrong) => {
    const place = await openBucket({ ...options, ...wrong });
    for (const act of [() => place.put(ref, Buffer.from("one")), () => place.get(ref)]) {
      const failure: unknown = await act().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(PlaceAway);
      expect(String(failure)).not.toContain(options.secretAccessKey);
    }
  });
});

test("a bucket that answers 500, slowly or only in part leaves memories as they are, and says so", async () => {
  const before = await startGate(s3.url);
  onTestFinished(() => before.close());
  const service = await startService({
    MNEME_ARCHIVE: "s3://memories/gated",
    MNEME_ARCHIVE_ENDPOINT: before.url,
    MNEME_ARCHIVE_ACCESS_KEY_ID: s3.accessKeyId,
    MNEME_ARCHIVE_SECRET_ACCESS_KEY: s3.secretAccessKey,
    MNEME_ARCHIVE_TIMEOUT_MS: "500",
  });
  const state = async () => ((await service.send("GET", "/readyz")).body as { archive: object }).archive;
  try {
    const namespace = newNamespace();
    const content = `The purser sold a map. ${"Every coin was counted twice. ".repeat(20)}The end.`;
    const told = await remember(service, namespace, { memory_type: "episodic", content });
    const whole = () => service.send("GET", `${pathOf(told)}?include_archive=true`);
    for (const how of ["fails", "hangs"] as const) {
      before.turn(how);
      await archiveAll(service, namespace);
      const failures = service.logs().split("the archive worker failed").length;
      await until(
        async () => service.logs().split("the archive worker failed").length,
        (count) => count > failures,
      );
      expect(await state()).toMatchObject({ status: "degraded", reason: "archive_unavailable" });
      expect((await whole()).body).toMatchObject({ content, archived: false });
    }
    before.turn("passes");
    await archived(service, namespace, 1);
    expect((await whole()).body).toMatchObject({ content, archived: true, content_complete: true });
    expect(await state()).toEqual({ status: "ok" });
    for (const how of ["fails", "hangs", "cuts"] as const) {
      before.turn(how);
      const began = performance.now();
      const asked = { query: "purser map", namespaces: [namespace], include_archive: true };
      const found = await recall(service, asked);
      expect(performance.now() - began).toBeLessThan(6_000);
      expect(found.degraded).toEqual(["vector", "archive"]);
      expect(found.hits[0]?.memory).toMatchObject({ id: told.id, content_complete: false });
      const outcome = await service.send("POST", `/v1/namespaces/${namespace}/archive/restore`, {
        ids: [told.id],
      });
      expect(outcome.body).toMatchObject({ failed: [{ id: told.id, reason: "unavailable" }] });
    }
    before.turn("passes");
    expect((await whole()).body).toMatchObject({ content, content_complete: true });
  } finally {
    await service.stop();
  }
});

test("a service archives into a bucket, serves while it is away, and goes on when it is back", async () => {
  const service = await startService({
    MNEME_ARCHIVE: "s3://memories/cold",
    MNEME_ARCHIVE_ENDPOINT: s3.url,
    MNEME_ARCHIVE_ACCESS_KEY_ID: s3.accessKeyId,
    MNEME_ARCHIVE_SECRET_ACCESS_KEY: s3.secretAccessKey,
    MNEME_ARCHIVE_TIMEOUT_MS: "500",
  });
  try {
    const namespace = newNamespace();
    const content = `The bosun kept a ledger. ${"Every rope was counted twice. ".repeat(20)}The end.`;
    const told = await remember(service, namespace, { memory_type: "episodic", content });
    await archiveAll(service, namespace);
    await archived(service, namespace, 1);
    expect(await everyByteOf(s3.bucketFolder)).toContain("The bosun kept a ledger.");
    const asked = { query: "bosun ledger", namespaces: [namespace], include_archive: true };
    expect((await recall(service, asked)).hits[0]?.memory).toMatchObject({ content });

    await s3.stop();
    const began = performance.now();
    const away = await recall(service, asked);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(away).toMatchObject({ degraded: ["vector", "archive"] });
    expect(away.hits[0]?.memory).toMatchObject({ id: told.id, content_complete: false });
    const refused = await service.send("PATCH", pathOf(told), { tags: ["new"] });
    expect(refused).toMatchObject({ status: 503, body: { code: "archive_unavailable" } });
    const restored = await service.send("POST", `/v1/namespaces/${namespace}/archive/restore`, {
      ids: [told.id],
    });
    expect(restored.body).toMatchObject({ failed: [{ id: told.id, reason: "unavailable" }] });
    // A deletion doesn't wait for the archive, which follows.
    bodyOf(await service.send("DELETE", pathOf(told)), 204);

    await s3.start();
    await until(
      () => everyByteOf(s3.bucketFolder),
      (bytes) => !bytes.includes("The bosun kept a ledger."),
    );
    expect(service.logs()).not.toContain(s3.secretAccessKey);
  } finally {
    await service.stop();
  }
});
