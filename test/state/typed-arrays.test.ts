import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createAuditLog } from "../../src/redis/audit/audit-log.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { oneNode } from "../../src/redis/connection/nodes.js";
import { watchCapabilities } from "../../src/redis/connection/watch-capabilities.js";
import { createMeter } from "../../src/redis/namespaces/usage.js";
import { createKeys } from "../../src/redis/keys.js";
import { createPiiStore } from "../../src/redis/pii/index.js";
import { createStateStore } from "../../src/redis/state/index.js";
import type { Context } from "../../src/domain/context.js";
import { ANONYMOUS } from "../../src/domain/context.js";
import { DomainError } from "../../src/domain/errors.js";
import { createPiiVault } from "../../src/pii/vault.js";
import { getState } from "../../src/state/get.js";
import { patchState } from "../../src/state/patch.js";
import { putState } from "../../src/state/put.js";
import type { StateServices } from "../../src/state/services.js";
import { transact } from "../../src/state/transact.js";
import type { OperationInput } from "../../src/state/transact.js";
import { createWatchers } from "../../src/state/watchers.js";
import { newNamespace } from "../support/acts/memories.js";
import { createTypedArrays, monitored } from "../support/redis/typed-arrays.js";
import { runs } from "../support/run/long.js";

const client = createRedisClient({ url: inject("redisUrl") });
const watcher = createClient({ url: inject("redisUrl"), RESP: 2 });
const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
let seen: string[] = [];
let services: StateServices;
beforeAll(async () => {
  await client.connect();
  await watcher.connect();
  await watcher.monitor((line) => void seen.push(String(line)));
  const redis = createGateway(client, { timeoutMs: 10_000, onMissingIndex: () => {}, observe: () => {} });
  const auditor = createAuditor(redis, keys, 1_000_000);
  const found = watchCapabilities(oneNode(client), keys.jsonProbe);
  await found.find();
  // As on RedisJSON 8.4, whatever runs here.
  const capabilities = { ...found, now: { ...found.now, abortsOnElement: true } };
  services = {
    store: createStateStore({
      redis,
      auditor,
      keys,
      historyMs: 1_000_000,
      quotaBytes: null,
      meter: createMeter(keys, { memories: null, bytes: null }),
      capabilities,
    }),
    audit: createAuditLog(auditor),
    news: { listen: () => Promise.resolve(() => {}) },
    watchers: createWatchers({ max: 1, perKey: 1 }),
    vault: createPiiVault(createPiiStore(redis, auditor, keys), undefined),
    knownDefaults: { of: () => Promise.resolve({ version: "", pii: undefined }), forget: () => {} },
  };
});
afterAll(() => {
  client.destroy();
  watcher.destroy();
});

const context: Context = {
  actor: ANONYMOUS,
  requestId: randomUUID(),
  now: Date.now,
  operation: undefined,
};

/** All commands that Redis got so far, those of scripts too. */
async function commands(): Promise<readonly (readonly string[])[]> {
  const token = randomUUID();
  await client.sendCommand(["ECHO", token]);
  await expect.poll(() => seen.some((line) => line.includes(token))).toBe(true);
  return seen.filter((line) => line.includes(keys.all())).map(monitored);
}

async function refusalOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.failed?.reason ?? error.code;
  }
}

const whole = fc.integer({ min: -3, max: 300 });
const fraction = fc.integer({ min: -2000, max: 2000 }).map((n) => n / 4 + 0.125);
const leaf = fc.oneof(whole, fraction, fc.constantFrom("x", true, null, {}, [], { deep: true }, [1], ["x"]));
const list = fc.oneof(
  fc.array(whole, { minLength: 1, maxLength: 2 }),
  fc.array(fraction, { minLength: 1, maxLength: 2 }),
  fc.array(leaf, { maxLength: 2 }),
);
const document = fc.record({ a: list, b: list, c: fc.record({ d: list }) });
const elements = fc
  .tuple(
    fc.constantFrom("$.a", "$.b", "$.c.d", "$.*", "$.c.*", "$['a','b']"),
    fc.constantFrom("[0]", "[1]", "[-1]", "[*]", "[0:1]", "[-2:]", "[0,1]"),
  )
  .map((parts) => parts.join(""));
const path = fc.oneof(
  { weight: 4, arbitrary: elements },
  { weight: 1, arbitrary: fc.constantFrom("$.a", "$.c.d", "$.new") },
);
const operation: fc.Arbitrary<OperationInput> = fc.oneof(
  fc.record({ op: fc.constant("set" as const), key: fc.constant("k"), path, value: leaf }),
  fc.record({ op: fc.constant("merge" as const), key: fc.constant("k"), path, value: leaf }),
  fc.record({ op: fc.constant("delete" as const), key: fc.constant("k"), path }),
  fc.record({
    op: fc.constant("increment" as const),
    key: fc.constant("k"),
    path,
    by: fc.constantFrom(1, 0.5, 499.25),
  }),
);

test("no command meets what aborts RedisJSON 8.4 to 8.8, whatever a caller's writes do to arrays", async () => {
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.array(fc.array(operation, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
      async (value, transactions) => {
        seen = [];
        const ref = { namespace: newNamespace(), key: "k" };
        await putState(services, context, ref, { value }, "any");
        for (const operations of transactions) {
          await refusalOf(transact(services, context, ref.namespace, { checks: [], operations }));
        }
        await patchState(services, context, ref, { patch: { a: [0.5], c: { e: [1] } } }, "any");
        const model = createTypedArrays();
        for (const command of await commands()) model.see(command);
        expect(model.faults).toEqual([]);
      },
    ),
    { numRuns: runs(60) },
  );
});

test("the model knows what aborts a server: each of these did on a real RedisJSON 8.8", () => {
  const faultsOf = (...lines: readonly (readonly string[])[]): readonly string[] => {
    const model = createTypedArrays();
    model.see(["JSON.SET", "k", "$", '{"a":[1],"b":[1]}']);
    for (const line of lines) model.see(line);
    return model.faults.map((fault) => fault.split(":")[0] ?? "");
  };
  expect(faultsOf(["JSON.SET", "k", "$.a[0]", '"x"'])).toEqual(["aborts"]);
  expect(faultsOf(["JSON.DEL", "k", "$.a[0]"], ["JSON.ARRAPPEND", "k", "$.a", '""'])).toEqual(["aborts"]);
  expect(faultsOf(["JSON.DEL", "k", "$.a[0]"], ["JSON.ARRAPPEND", "k", "$.a", "0", '""'])).toEqual([]);
  expect(faultsOf(["JSON.MERGE", "k", "$.a[0]", '{"b":1}'])).toEqual(["merges nothing"]);
  expect(faultsOf(["JSON.NUMINCRBY", "k", "$.a[0]", "0.5"])).toEqual(["narrows"]);
  expect(faultsOf(["JSON.SET", "k", "$.a[0]", "2"], ["JSON.SET", "k", "$.a", '["x"]'])).toEqual([]);
});

test("an array that lost its only number, beside one that has its own, is written to", async () => {
  const ref = { namespace: newNamespace(), key: "k" };
  await putState(services, context, ref, { value: { a: [1], b: [1] } }, "any");
  const act = (...operations: readonly OperationInput[]) =>
    transact(services, context, ref.namespace, { checks: [], operations });
  await act({ op: "delete", key: "k", path: "$.b[0]" });
  await act({ op: "set", key: "k", path: "$.*[0]", value: "x" });
  expect((await getState(services, context, ref, undefined)).json).toBe('{"a":["x"],"b":[]}');
  await act({ op: "set", key: "k", path: "$.a", value: [1, 2] });
  await act({ op: "merge", key: "k", path: "$.a[-1]", value: { deep: true } });
  await act({ op: "increment", key: "k", path: "$.a[0]", by: 499.25 });
  expect((await getState(services, context, ref, undefined)).json).toBe(
    '{"a":[500.25,{"deep":true}],"b":[]}',
  );
});

test.each([
  ["[0]", [0.125], '{"a":[],"b":[0.625]}'],
  ["[0]", [0], '{"a":[],"b":[0.5]}'],
  ["[1]", [0.125, 0.125], '{"a":[],"b":[0.125,0.625]}'],
  ["[-1]", [0.125], '{"a":[],"b":[0.625]}'],
])("a number at %s beside an array that is empty is incremented: %j", async (index, b, expected) => {
  const ref = { namespace: newNamespace(), key: "k" };
  await putState(services, context, ref, { value: { a: [1], b } }, "any");
  const operations: readonly OperationInput[] = [
    { op: "delete", key: "k", path: "$.a[0]" },
    { op: "increment", key: "k", path: `$['a','b']${index}`, by: 0.5 },
  ];
  await transact(services, context, ref.namespace, { checks: [], operations });
  expect((await getState(services, context, ref, undefined)).json).toBe(expected);
});
