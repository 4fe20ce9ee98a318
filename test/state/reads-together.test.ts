import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { verifyTrail } from "../../scripts/audit-verify/verify-trail.js";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { trailOf } from "../../src/access/trail.js";
import { ANONYMOUS } from "../../src/domain/context.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { oneNode } from "../../src/redis/connection/nodes.js";
import { watchCapabilities } from "../../src/redis/connection/watch-capabilities.js";
import { createKeys } from "../../src/redis/keys.js";
import { createMeter } from "../../src/redis/namespaces/usage.js";
import { loadScripts } from "../../src/redis/scripts/index.js";
import { createStateStore } from "../../src/redis/state/index.js";
import type { StateStore } from "../../src/state/ports.js";
import { newNamespace } from "../support/acts/memories.js";
import { entriesIn } from "../support/audit/read.js";

const HOUR = 3_600_000;
const client = createRedisClient({ url: inject("redisUrl") });
const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
let store: StateStore;
/** Round trips so far. */
let trips = 0;
beforeAll(async () => {
  await client.connect();
  await loadScripts(client);
  const observe = () => void trips++;
  const redis = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe });
  store = createStateStore({
    redis,
    auditor: createAuditor(redis, keys, HOUR),
    keys,
    historyMs: HOUR,
    quotaBytes: null,
    meter: createMeter(keys, { memories: null, bytes: null }),
    capabilities: watchCapabilities(oneNode(client), keys.jsonProbe),
  });
});
afterAll(() => client.destroy());

const by = (agent: string, requestId = randomUUID()) => ({
  actor: { ...ANONYMOUS, agent },
  requestId,
});

function read(namespace: string, key: string, agent = "reader", requestId?: ReturnType<typeof randomUUID>) {
  return store.get(trailOf(by(agent, requestId), "state.get", { ids: [key] }), { namespace, key }, undefined);
}

async function write(namespace: string, key: string, json: string, sliding = false): Promise<void> {
  await store.put(trailOf(by("writer"), "state.put", { ids: [key] }), {
    ref: { namespace, key },
    value: { json, stored: json, fixes: [], delicate: false, arrays: [], hidden: false },
    ttl: sliding ? 100 : undefined,
    sliding,
    precondition: "any",
    operation: undefined,
  });
}

async function problemsIn(namespace: string): Promise<readonly string[]> {
  const connection = await connectOnce({ url: inject("redisUrl") });
  try {
    return (await verifyTrail(connection, keys, namespace, undefined, HOUR)).problems;
  } finally {
    connection.destroy();
  }
}

describe("reads of one turn", () => {
  test("go in few round trips, and each gets its own document", async () => {
    const namespaces = [newNamespace(), newNamespace()];
    const names = Array.from({ length: 150 }, (_, index) => `k${index}`);
    for (const namespace of namespaces)
      for (const key of names.slice(1)) await write(namespace, key, `"${namespace} ${key}"`);
    const before = trips;
    const found = await Promise.all(
      namespaces.map((namespace) => Promise.all(names.map((key) => read(namespace, key)))),
    );
    for (const [index, namespace] of namespaces.entries())
      expect(found[index]?.map((each) => (each.kind === "found" ? each.document.json : each.kind))).toEqual([
        "missing",
        ...names.slice(1).map((key) => `"${namespace} ${key}"`),
      ]);
    // The first eight go at once; up to 64 of a namespace together.
    expect(trips - before).toBe(8 + 2 * 3);
  });

  test("leave an entry each, of who asked what and how it ended, in a sound chain", async () => {
    const namespace = newNamespace();
    await write(namespace, "there", "1");
    const asked = Array.from({ length: 130 }, (_, index) => ({
      agent: `agent-${index % 7}`,
      key: index % 3 === 0 ? "not there" : "there",
      requestId: randomUUID(),
    }));
    await Promise.all(asked.map(({ agent, key, requestId }) => read(namespace, key, agent, requestId)));
    const entries = (await entriesIn(client, keys.audit(namespace))).slice(1);
    expect(entries.map(({ e }) => JSON.parse(e) as unknown)).toEqual(
      asked.map(({ agent, key, requestId }) => ({
        a: agent,
        v: "state.get",
        r: requestId,
        i: [key],
        o: key === "there" ? "ok" : "missing",
      })),
    );
    expect(await problemsIn(namespace)).toEqual([]);
  });

  test("fail alone: a document that can't be read fails none but its own, and each is on record once", async () => {
    const namespace = newNamespace();
    await write(namespace, "good", "1");
    await write(namespace, "bad", "2");
    await client.del(keys.stateFacts(namespace, "bad"));
    await client.set(keys.stateFacts(namespace, "bad"), "no hash");
    const names = ["good", "good", "bad", "good", "missing", "bad", "good"];
    const outcomes = await Promise.allSettled(names.map((key) => read(namespace, key)));
    expect(outcomes.map((each) => (each.status === "fulfilled" ? each.value.kind : "failed"))).toEqual([
      "found",
      "found",
      "failed",
      "found",
      "missing",
      "failed",
      "found",
    ]);
    const entries = (await entriesIn(client, keys.audit(namespace))).slice(2);
    expect(entries).toHaveLength(5);
    expect(await problemsIn(namespace)).toEqual([]);
  });

  test("fail all where the trail can't be written, and give nothing away", async () => {
    const namespace = newNamespace();
    await write(namespace, "k", "1");
    await client.del(keys.audit(namespace));
    await client.set(keys.audit(namespace), "no stream");
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => read(namespace, "k")));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "audit_unavailable" } });
  });

  test("each renew what slides, also one document many times", async () => {
    const namespace = newNamespace();
    for (const key of ["one", "two"]) await write(namespace, key, "1", true);
    await write(namespace, "fixed", "1");
    const soon = String(Date.now() + 5_000);
    for (const key of ["one", "two"]) await client.hSet(keys.stateFacts(namespace, key), "e", soon);
    const found = await Promise.all(
      ["fixed", "one", "two", "one", "fixed", "two"].map((key) => read(namespace, key)),
    );
    const ends = found.map((each) => (each.kind === "found" ? each.document.expires_at : 0));
    expect(ends[0]).toBeNull();
    for (const end of [ends[1], ends[2], ends[3], ends[5]]) expect(end).toBeGreaterThan(Date.now() + 90_000);
    expect(await client.hGet(keys.stateFacts(namespace, "one"), "e")).toBe(String(ends[3]));
  });
});
