import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { verifyTrail } from "../../../scripts/audit-verify/verify-trail.js";
import { connectOnce } from "../../../scripts/redis/server/connect.js";
import { createKeys } from "../../../src/redis/keys.js";
import { chainOf, headOf, openTrails } from "../../support/audit/read.js";
import { mneme } from "../../support/acts/backup.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { newNamespace, recall, remember } from "../../support/acts/memories.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";

const { service, redis, keysOf } = await startWithRedis();
const trails = await openTrails(service.prefix);
afterAll(() => trails.close());
const HOUR = 3_600_000;

test("receipts end as their namespace says, also those of several namespaces, and leave no key behind", async () => {
  const [brief, lasting] = [newNamespace(), newNamespace()];
  for (const namespace of [brief, lasting]) await remember(service, namespace, { content: "a walrus" });
  expect((await putSettings(service, brief, { retention: { receipts_seconds: 1 } })).status).toBe(200);
  const receiptOf = async (namespaces: readonly string[]) =>
    `/v1/receipts/${(await recall(service, { query: "walrus", namespaces })).receipt_id}`;
  const [ends, endsToo, stays] = [
    await receiptOf([brief]),
    await receiptOf([brief, lasting]),
    await receiptOf([lasting]),
  ];
  for (const path of [ends, endsToo])
    await until(
      () => service.send("GET", path),
      ({ status }) => status === 404,
    );
  expect((await service.send("GET", stays)).status).toBe(200);
  await until(
    async () => redis.hVals(`${service.prefix}:receipt-homes:{~system}`),
    (homes) => homes.length === 1 && homes[0] === lasting,
  );
  expect((await keysOf(brief)).filter((key) => key.includes(":receipts:"))).toEqual([]);
  expect(await redis.keys(`${service.prefix}:receipts:{~1.*`)).toEqual([]);
  expect(await redis.hKeys(`${service.prefix}:receipts-noted:{~system}`)).not.toContainEqual(
    expect.stringMatching(/^~1\./),
  );
});

test("an imported receipt ends as its namespace says at present", async () => {
  const [shortened, lasting] = [newNamespace(), newNamespace()];
  const paths: string[] = [];
  for (const namespace of [shortened, lasting]) {
    await remember(service, namespace, { content: "a walrus" });
    const { receipt_id: id } = await recall(service, { query: "walrus", namespaces: [namespace] });
    const file = join(tempDir(), "receipts.jsonl");
    const args = ["export", "--out", file, "--namespace", namespace, "--receipts"];
    expect(await mneme(service, args)).toMatchObject({ code: 0 });
    await redis.del(`${service.prefix}:receipts:{${namespace}}`);
    expect((await mneme(service, ["import", file])).stderr).toMatch(/receipt: created 1/);
    paths.push(`/v1/receipts/${id}`);
  }
  const [ends = "", stays = ""] = paths;
  for (const path of paths) expect((await service.send("GET", path)).status).toBe(200);
  expect((await putSettings(service, shortened, { retention: { receipts_seconds: 1 } })).status).toBe(200);
  await until(
    () => service.send("GET", ends),
    ({ status }) => status === 404,
  );
  expect((await service.send("GET", stays)).status).toBe(200);
});

test("audit entries end as their namespace says, and what is left of the trail is sound", async () => {
  const [idle, active, other] = [newNamespace(), newNamespace(), newNamespace()];
  const old = chainOf(Array.from({ length: 5 }, (_, index) => Date.now() - 2 * HOUR + index));
  const mixed = chainOf([Date.now() - 2 * HOUR, Date.now() - 2 * HOUR, Date.now() - 1_000]);
  for (const [namespace, chain] of [
    [idle, old],
    [active, mixed],
    [other, old],
  ] as const) {
    await trails.replace(namespace, chain);
    await trails.setHead(namespace, headOf(chain));
  }
  for (const namespace of [idle, active]) {
    const settings = { retention: { audit_seconds: 3600 } };
    expect((await putSettings(service, namespace, settings)).status).toBe(200);
  }
  // As it was set now, each has an entry about that.
  await until(
    () => Promise.all([idle, active].map(async (namespace) => (await trails.all(namespace)).length)),
    ([first, second]) => first === 1 && second === 2,
  );
  expect(await trails.all(other)).toHaveLength(5);
  const client = await connectOnce({ url: service.env["REDIS_URL"] ?? "" });
  for (const namespace of [idle, active]) {
    const keys = createKeys(service.prefix);
    expect((await verifyTrail(client, keys, namespace, undefined, HOUR)).problems).toEqual([]);
  }
  client.destroy();
});

test("a receipt that shares an entry of the audit trail isn't there without it", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "a walrus" });
  const { receipt_id } = await recall(service, { query: "walrus", namespaces: [namespace] });
  const path = `/v1/receipts/${receipt_id}`;
  expect(await service.send("GET", path)).toMatchObject({ status: 200, body: { hits: [{ id: memory.id }] } });
  await redis.del(trails.stream(namespace));
  expect((await service.send("GET", path)).status).toBe(404);
});

test("a receipt that outlives the audit trail has all that it needs", async () => {
  const namespace = newNamespace();
  const memory = await remember(service, namespace, { content: "a walrus" });
  const retention = { audit_seconds: 3600, receipts_seconds: 7200 };
  expect((await putSettings(service, namespace, { retention })).status).toBe(200);
  const { receipt_id } = await recall(service, { query: "walrus", namespaces: [namespace] });
  await redis.del([trails.stream(namespace), trails.head(namespace)]);
  expect(await service.send("GET", `/v1/receipts/${receipt_id}`)).toMatchObject({
    status: 200,
    body: { hits: [{ id: memory.id, memory: { content: "a walrus" } }], agent: "anonymous" },
  });
});

test("stats and metrics say what calls leave behind", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "a walrus" });
  const gone = newNamespace();
  const deleted = await remember(service, gone, { content: "a seal" });
  await remember(service, gone, { content: "another seal" });
  await service.send("DELETE", `/v1/namespaces/${gone}/memories/${deleted.id}`);
  const stats = await service.send("GET", `/v1/namespaces/${gone}/stats`);
  expect(stats.body).toMatchObject({ kept: { deletions: { entries: 1 } } });
  await recall(service, { query: "walrus", namespaces: [namespace] });
  const { body } = await service.send("GET", `/v1/namespaces/${namespace}/stats`);
  const { kept } = body as { kept: Record<string, { entries: number; bytes: number }> };
  // The write, the recall, and this request.
  expect(kept).toMatchObject({
    receipts: { entries: 1 },
    audit: { entries: 3 },
    state_changes: { entries: 0 },
    deletions: { entries: 0, bytes: 0 },
  });
  expect(kept["receipts"]?.bytes).toBeGreaterThan(50);
  await until(
    async () => (await service.send("GET", "/metrics")).text,
    (text) =>
      /mneme_kept_bytes\{kind="audit"\} [1-9]/.test(text) &&
      /mneme_kept_bytes\{kind="deletions"\} [1-9]/.test(text) &&
      /mneme_redis_memory_bytes\{kind="used"\} [1-9]/.test(text),
  );
});

test("a receipt is found by its id even after a million in one millisecond, as while Redis's clock is behind", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "a walrus" });
  const stream = `${service.prefix}:receipts:{${namespace}}`;
  await redis.sendCommand(["XADD", stream, `${Date.now() + HOUR}-${2 ** 20 - 2}`, "r", "not looked at"]);
  const ids = new Set<string | null>();
  for (let count = 0; count < 3; count++) {
    const { receipt_id: id } = await recall(service, { query: "walrus", namespaces: [namespace] });
    expect(await service.send("GET", `/v1/receipts/${id}`)).toMatchObject({ status: 200, body: { id } });
    ids.add(id);
  }
  expect(ids.size).toBe(3);
});
