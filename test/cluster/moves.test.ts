import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../scripts/redis/open-store.js";
import { verifyTrail } from "../../scripts/audit-verify/verify-trail.js";
import { SLOTS, tagOfSlot } from "../../src/redis/connection/slots.js";
import { createKeys } from "../../src/redis/keys.js";
import type { Memory } from "../support/acts/memories.js";
import { newNamespace } from "../support/acts/memories.js";
import { startCluster } from "../support/redis/cluster.js";
import type { ClusterNode, TestCluster } from "../support/redis/cluster.js";
import { kill9 } from "../support/redis/start.js";
import type { Service } from "../support/service/service.js";
import { startService, until, untilReady } from "../support/service/service.js";
import { openEvents } from "../support/service/events.js";
import { changesOf, followChanges } from "./follow-changes.js";

let cluster: TestCluster;
let service: Service;
beforeAll(async () => {
  cluster = await startCluster();
  service = await startService({ REDIS_URL: cluster.url, MNEME_WATCH_HEARTBEAT_MS: "1000" });
});
afterAll(async () => {
  await service.stop();
  await cluster.stop();
});

const DAY_MS = 24 * 3600 * 1000;
/** What may be said while a slot moves or a node is lost: nothing was done, or nobody knows. */
const AWAY = 503;

const upTo = (count: number) => Array.from({ length: count }, (_, index) => 1 + index);

async function soundTrail(namespace: string): Promise<readonly string[]> {
  const keys = createKeys(service.prefix);
  const store = await openStore(cluster.url, { note: () => {} }, service.prefix);
  try {
    const { client } = await store.nodes.ofKey(keys.audit(namespace));
    return (await verifyTrail(client, keys, namespace, undefined, 30 * DAY_MS)).problems;
  } finally {
    store.close();
  }
}

test("while a slot moves under writers, readers and a watcher, nothing is lost, and no recall is of a part", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}`;
  const acknowledged: Memory[] = [];
  const stop = new AbortController();
  let [added, unknown, recalls] = [0, 0, 0];
  const write = async (text: string): Promise<void> => {
    const answer = await service.send("POST", `${path}/memories`, { memory_type: "semantic", content: text });
    if (answer.status === AWAY) return;
    expect(answer.status).toBe(201);
    acknowledged.push(answer.body as Memory);
  };
  for (let index = 0; index < 40; index++) await write(`Zwetschgen number ${index} lie in the cellar.`);
  await service.send("PUT", `${path}/state/counter`, { value: { n: 0 } });
  const follower = followChanges(service, namespace);
  const before = (await cluster.masterOf(namespace)).port;

  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let round = 0; !stop.signal.aborted; round++) {
      if (round % 4 === 0 && acknowledged.length < 90)
        await write(`Zwetschgen of writer ${writer}, ${round}.`);
      const operations = [{ op: "increment", key: "counter", path: "$.n", by: 1 }];
      const { status } = await service.send("POST", `${path}/state-transactions`, { operations });
      if (status === 200) added += 1;
      else unknown += 1;
      if (status !== 200) expect(status).toBe(AWAY);
    }
  });
  const readers = Array.from({ length: 8 }, async () => {
    while (!stop.signal.aborted) {
      const known = acknowledged.length;
      const query = { namespaces: [namespace], query: "Zwetschgen", limit: 100, mode: "keyword" };
      const { status, body } = await service.send("POST", "/v1/recall", query);
      if (status === AWAY) continue;
      expect(status).toBe(200);
      recalls += 1;
      expect((body as { hits: object[] }).hits.length).toBeGreaterThanOrEqual(known);
    }
  });
  await sleep(500);
  await cluster.moveSlot(namespace, 5);
  await sleep(1_000);
  stop.abort();
  await Promise.all([...writers, ...readers]);

  expect((await cluster.masterOf(namespace)).port).not.toBe(before);
  expect(recalls).toBeGreaterThan(0);
  await untilReady(service);
  for (const { id } of acknowledged) {
    expect((await service.send("GET", `${path}/memories/${id}`)).status).toBe(200);
  }
  const { value, version } = await readState<{ n: number }>(namespace, "counter");
  const { n } = value;
  const seen = await until(
    async () => follower.versions(),
    (versions) => versions.length >= version,
  );
  expect(seen).toEqual(upTo(version));
  follower.close();
  expect(n).toBeGreaterThanOrEqual(added);
  expect(n).toBeLessThanOrEqual(added + unknown);
  expect(await soundTrail(namespace)).toEqual([]);
});

async function readState<Value>(namespace: string, key: string): Promise<{ value: Value; version: number }> {
  const { status, body } = await service.send("GET", `/v1/namespaces/${namespace}/state/${key}`);
  expect(status).toBe(200);
  return body as { value: Value; version: number };
}

async function namespaceOn(node: ClusterNode): Promise<string> {
  for (;;) {
    const name = newNamespace();
    if ((await cluster.masterOf(name)) === node) return name;
  }
}

test("after a node's slots were exchanged for as many others, recall and durable writes on it go on", async () => {
  const [first, second] = cluster.nodes;
  if (first === undefined || second === undefined) throw new Error("The cluster has no second node.");
  const owned = Math.ceil(SLOTS / 3);
  const write = (namespace: string, content: string) =>
    service.send(
      "POST",
      `/v1/namespaces/${namespace}/memories`,
      { memory_type: "semantic", content },
      { headers: { prefer: "durable" } },
    );
  const [namespace, other] = [await namespaceOn(first), await namespaceOn(second)];
  // The indexes of the first node are named after its last slot. Another one comes behind it, so that the exchange shows
  // neither in the number of slots nor in their ends.
  await cluster.moveTo(first, owned + 2);
  // A request that leads to a node that has moved makes the service look at the layout.
  expect((await write(tagOfSlot(owned + 2), "Zwetschgen")).status).toBe(201);
  for (const name of [namespace, other]) expect((await write(name, "Zwetschgen")).status).toBe(201);
  await cluster.moveTo(second, owned - 1);
  await cluster.moveTo(first, owned);
  for (const name of [namespace, other]) {
    const query = { namespaces: [name], query: "Zwetschgen", mode: "keyword" };
    const found = await until(
      () => service.send("POST", "/v1/recall", query),
      ({ status }) => status === 200,
      15_000,
    );
    expect((found.body as { hits: object[] }).hits).toHaveLength(1);
    await until(
      () => write(name, "More zwetschgen"),
      ({ headers }) => headers.get("preference-applied") === "durable",
      15_000,
    );
  }
});

test("after a master is lost, its replica has what was acknowledged under Prefer: durable", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}`;
  const acknowledged: Memory[] = [];
  const stop = new AbortController();
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let index = 0; !stop.signal.aborted; index++) {
      const body = { memory_type: "semantic", content: `Zwetschgen of ${writer}, ${index}.` };
      const answer = await service.send("POST", `${path}/memories`, body, { headers: { prefer: "durable" } });
      if (answer.status === 201) acknowledged.push(answer.body as Memory);
      else {
        expect(answer.status).toBe(AWAY);
        await sleep(50);
      }
    }
  });
  await until(
    async () => acknowledged.length,
    (count) => count >= 20,
  );
  const lost = await cluster.masterOf(namespace);
  lost.client.destroy();
  await kill9(lost.pid);
  const soFar = acknowledged.length;
  // The replica takes over, and is written to.
  await until(
    async () => acknowledged.length,
    (count) => count > soFar || stop.signal.aborted,
    2_000,
  ).catch(() => {});
  stop.abort();
  await Promise.all(writers);
  const read = (id: string) => service.send("GET", `${path}/memories/${id}`);
  const [first] = acknowledged;
  await until(
    () => read(first?.id ?? ""),
    ({ status }) => status === 200,
  );
  for (const { id } of acknowledged) expect((await read(id)).status).toBe(200);
  const query = { namespaces: [namespace], query: "Zwetschgen", limit: 100, mode: "keyword" };
  const hits = await until(
    () => service.send("POST", "/v1/recall", query),
    ({ status }) => status === 200,
  );
  expect((hits.body as { hits: object[] }).hits.length).toBeGreaterThanOrEqual(
    Math.min(100, acknowledged.length),
  );
  expect((await cluster.masterOf(namespace)).port).not.toBe(lost.port);
  expect(await soundTrail(namespace)).toEqual([]);
});

test("after a master is lost, a change stream goes on, or ends and says that what it sent last is lost", async () => {
  const write = (namespace: string, value: number) =>
    service.send("PUT", `/v1/namespaces/${namespace}/state/k`, { value });
  const written = (namespace: string, value: number) =>
    until(
      () => write(namespace, value),
      ({ status }) => status < 300,
    );
  const { master, replica } = await replicated();
  const [kept, torn] = [await namespaceOn(master), await namespaceOn(master)];
  const follower = followChanges(service, kept);
  const watcher = await openEvents(service, changesOf(torn));
  for (const namespace of [kept, torn]) for (const value of [1, 2]) await written(namespace, value);
  await until(
    async () =>
      (await Promise.all([master, replica].map(({ client }) => client.info("replication")))).map(offsetOf),
    ([ofMaster, ofReplica]) => ofMaster === ofReplica,
  );
  process.kill(replica.pid, "SIGSTOP");
  try {
    // Else the change would wait for the replica in its socket.
    await master.client.sendCommand(["CLIENT", "KILL", "TYPE", "replica"]);
    await written(torn, 3);
    await watcher.count(3);
    master.client.destroy();
    await kill9(master.pid);
  } finally {
    process.kill(replica.pid, "SIGCONT");
  }
  // It takes the number of the one that is lost.
  await written(torn, 4);
  await watcher.ended;
  expect(watcher.events).toHaveLength(3);
  const refused = await openEvents(service, changesOf(torn), watcher.lastEventId());
  expect(refused.status).toBe(410);
  refused.close();
  const again = await openEvents(service, changesOf(torn));
  expect(await readState(torn, "k")).toMatchObject({ value: 4, version: 3 });
  await written(torn, 5);
  expect(await again.count(1)).toMatchObject([{ data: { version: 4 } }]);
  again.close();

  await written(kept, 3);
  const seen = await until(
    async () => follower.versions(),
    ({ length }) => length >= 3,
  );
  expect(seen).toEqual([1, 2, 3]);
  follower.close();
});

const offsetOf = (info: string): string | undefined =>
  (/^slave_repl_offset:(\d+)/m.exec(info) ?? /^master_repl_offset:(\d+)/m.exec(info))?.[1];

/** A master that is there, and its replica. */
async function replicated(): Promise<{ readonly master: ClusterNode; readonly replica: ClusterNode }> {
  for (const replica of cluster.nodes) {
    if (!replica.client.isReady) continue;
    const info = await replica.client.info("replication");
    const port = Number(/^master_port:(\d+)/m.exec(info)?.[1]);
    const master = cluster.nodes.find((node) => node.port === port);
    if (master?.client.isReady === true && info.includes("master_link_status:up")) return { master, replica };
  }
  throw new Error("No master has a replica.");
}
