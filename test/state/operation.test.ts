import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Context } from "../../src/domain/context.js";
import { ANONYMOUS } from "../../src/domain/context.js";
import { createAuditLog } from "../../src/redis/audit/audit-log.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { oneNode } from "../../src/redis/connection/nodes.js";
import { watchCapabilities } from "../../src/redis/connection/watch-capabilities.js";
import { createMeter } from "../../src/redis/namespaces/usage.js";
import { createKeys } from "../../src/redis/keys.js";
import { createPiiVault } from "../../src/pii/vault.js";
import type { ContentsDeps } from "../../src/redis/namespaces/contents.js";
import { createNamespaceContents } from "../../src/redis/namespaces/contents.js";
import type { NamespaceContents } from "../../src/memory/clearing/ports.js";
import { trailOf } from "../../src/access/trail.js";
import { createPiiStore } from "../../src/redis/pii/index.js";
import { createStateStore } from "../../src/redis/state/index.js";
import { namesPage } from "../../src/redis/state/names.js";
import { getState } from "../../src/state/get.js";
import { putState } from "../../src/state/put.js";
import type { StateServices } from "../../src/state/services.js";
import { transact } from "../../src/state/transact.js";
import { createWatchers } from "../../src/state/watchers.js";
import { newNamespace } from "../support/acts/memories.js";
import { nonEmpty } from "../support/non-empty.js";
import { entriesIn } from "../support/audit/read.js";

const client = createRedisClient({ url: inject("redisUrl") });
const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
let services: StateServices;
let contentsWith: (state: ContentsDeps["state"]) => NamespaceContents;
beforeAll(async () => {
  await client.connect();
  const redis = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });
  const auditor = createAuditor(redis, keys, 1_000_000);
  contentsWith = (state) =>
    createNamespaceContents({
      redis,
      auditor,
      keys,
      state,
      statePage: (namespace, place) => namesPage({ redis, keys }, namespace, place),
      dropAliases: async () => {},
    });
  services = {
    store: createStateStore({
      redis,
      auditor,
      keys,
      historyMs: 1_000_000,
      quotaBytes: null,
      meter: createMeter(keys, { memories: null, bytes: null }),
      capabilities: watchCapabilities(oneNode(client), keys.jsonProbe),
    }),
    audit: createAuditLog(auditor),
    news: { listen: () => Promise.resolve(() => {}) },
    watchers: createWatchers({ max: 1, perKey: 1 }),
    vault: createPiiVault(createPiiStore(redis, auditor, keys), undefined),
    knownDefaults: { of: () => Promise.resolve({ version: "", pii: undefined }), forget: () => {} },
  };
});
afterAll(() => client.destroy());

const contextOf = (operation: string | undefined): Context => ({
  actor: ANONYMOUS,
  requestId: randomUUID(),
  now: Date.now,
  operation,
});

test("a write that is retried under the token of its operation acts once, and answers the same", async () => {
  const ref = { namespace: newNamespace(), key: "k" };
  const write = (value: number, operation?: string) =>
    putState(services, contextOf(operation), ref, { value, ttl_seconds: 100 }, "any");
  const first = await write(1, "one");
  await write(2);
  expect(await write(1, "one")).toEqual(first);
  expect((await getState(services, contextOf(undefined), ref, undefined)).json).toBe("2");
  const other = await write(3, "two");
  expect(other.document?.version).toBe(3);
  // Also where it would be refused by now.
  const context = contextOf("three");
  const once = await putState(services, context, ref, { value: 4 }, 3);
  expect(await putState(services, context, ref, { value: 4 }, 3)).toEqual(once);
});

test("32 retries of one transaction at once count once", async () => {
  const namespace = newNamespace();
  const operations = [
    { op: "increment", key: "n", by: 1 },
    { op: "set", key: "m", value: "x" },
  ] as const;
  const outcomes = await Promise.all(
    Array.from({ length: 32 }, () =>
      transact(services, contextOf("pay"), namespace, { checks: [], operations }),
    ),
  );
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  const ref = { namespace, key: "n" };
  expect((await getState(services, contextOf(undefined), ref, undefined)).json).toBe("1");
});

test("what an operation has done is remembered for a day", async () => {
  const ref = { namespace: newNamespace(), key: "k" };
  await putState(services, contextOf("day"), ref, { value: 1 }, "any");
  const left = await client.pTTL(keys.done(ref.namespace, "day"));
  expect(left).toBeGreaterThan(23.9 * 3600 * 1000);
  expect(left).toBeLessThanOrEqual(24 * 3600 * 1000);
});

test("every act is in the audit trail: who, what, on which keys and how it came out, without values", async () => {
  const namespace = newNamespace();
  const ref = { namespace, key: 'k "\0' };
  const context = contextOf("audited");
  await putState(services, context, ref, { value: "secret" }, "absent");
  await putState(services, context, ref, { value: "secret" }, "absent");
  await expect(
    putState(services, contextOf(undefined), ref, { value: "secret" }, "absent"),
  ).rejects.toThrow();
  await getState(services, context, ref, undefined);
  await expect(getState(services, context, { namespace, key: "none" }, undefined)).rejects.toThrow();
  const operations = [
    { op: "increment", key: "n", by: -1, min: 0 },
    { op: "delete", key: "k" },
  ] as const;
  await expect(
    transact(services, contextOf(undefined), namespace, { checks: [], operations }),
  ).rejects.toThrow();
  const entries = (await entriesIn(client, keys.audit(namespace))).map(
    ({ e }) => JSON.parse(e) as { v: string; o: string; i: string[]; a: string },
  );
  expect(entries.map(({ v, o, i }) => [v, o, i])).toEqual([
    ["state.put", "ok", [ref.key]],
    ["state.put", "repeated", [ref.key]],
    ["state.put", "conflict", [ref.key]],
    ["state.get", "ok", [ref.key]],
    ["state.get", "missing", ["none"]],
    ["state.transact", "failed", ["n", "k"]],
  ]);
  expect(nonEmpty(entries).every(({ a }) => a === "anonymous")).toBe(true);
  expect(JSON.stringify(entries)).not.toContain("secret");
});

test("what is written right after a document was erased stays, and has none of its history", async () => {
  const ref = { namespace: newNamespace(), key: "k" };
  const context = contextOf(undefined);
  for (const value of [1, 2]) await putState(services, context, ref, { value }, "any");
  const trail = trailOf(context, "erasure");
  const contents = contentsWith({
    async remove(...of) {
      const outcome = await services.store.remove(...of);
      for (const value of [3, 4]) await putState(services, context, ref, { value }, "any");
      return outcome;
    },
  });
  expect(await contents.removeState(trail, ref.namespace, ref.key)).toBe(true);
  expect((await getState(services, context, ref, undefined)).json).toBe("4");
  const { versions } = await services.store.history(trail, ref, 10, undefined);
  expect(versions.map(({ json }) => json)).toEqual(["4", "3"]);
});

test("what an expired document leaves for questions about the past goes when it is erased", async () => {
  const ref = { namespace: newNamespace(), key: "k" };
  const context = contextOf(undefined);
  await putState(services, context, ref, { value: 1 }, "any");
  await client.hSet(keys.stateFacts(ref.namespace, ref.key), "e", 1);
  const { removeState } = contentsWith(services.store);
  expect(await removeState(trailOf(context, "erasure"), ref.namespace, ref.key)).toBe(false);
  const left = [keys.state, keys.stateFacts, keys.stateHistory].map((of) => of(ref.namespace, ref.key));
  expect(await client.exists(left)).toBe(0);
});
