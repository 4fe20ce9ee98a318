import { afterAll, beforeAll, expect, test } from "vitest";
import { askIndex } from "../../src/redis/connection/ask-index.js";
import { createGateway } from "../../src/redis/connection/client.js";
import { openRedis } from "../../src/redis/connection/open-redis.js";
import { createKeys } from "../../src/redis/keys.js";
import { newNamespace, postBatch, recall, remember } from "../support/acts/memories.js";
import type { ClusterNode, TestCluster } from "../support/redis/cluster.js";
import { startCluster } from "../support/redis/cluster.js";
import { testChangeOfModel } from "./change-of-model.js";
import { kill9 } from "../support/redis/start.js";
import type { Service } from "../support/service/service.js";
import { failingStart, startService } from "../support/service/service.js";

/** A cluster whose nodes have no replicas, and serve what is theirs while others are away. */
let cluster: TestCluster;
let service: Service;
beforeAll(async () => {
  cluster = await startCluster({ replicas: false, config: ["cluster-require-full-coverage no"] });
  service = await startService({ REDIS_URL: cluster.url, MNEME_DURABLE_REPLICAS: "0" });
});
afterAll(async () => {
  await service.stop();
  await cluster.stop();
});

/** A namespace on a node, and one that is elsewhere. */
async function onAndOff(node: ClusterNode): Promise<{ on: string; off: string }> {
  let [on, off] = ["", ""];
  while (on === "" || off === "") {
    const name = newNamespace();
    if ((await cluster.masterOf(name)) === node) on = name;
    else off = name;
  }
  return { on, off };
}

testChangeOfModel(() => cluster);

/** Not the one with what is global: the list of namespaces, keys and agents. */
async function lostNode(): Promise<ClusterNode> {
  const global = await cluster.masterOf("~system");
  const node = cluster.nodes.find((each) => each !== global);
  if (node === undefined) throw new Error("The cluster has no second node.");
  return node;
}

async function connected() {
  const { client, nodes } = openRedis({ url: cluster.url, keyPrefix: service.prefix });
  await client.connect();
  const redis = createGateway(client, {
    nodes,
    timeoutMs: 4_000,
    onMissingIndex: () => {},
    observe: () => {},
  });
  return { client, nodes, redis };
}

test("while the indexes of a node fill, searches on it are refused, and others aren't", async () => {
  const { on, off } = await onAndOff(await lostNode());
  for (const name of [on, off]) await remember(service, name, { content: "Zwetschgen" });
  const { client, nodes, redis } = await connected();
  try {
    const { id } = await nodes.ofKey(`{${on}}`);
    nodes.prepareWith({ prepare: async () => {}, filled: async (node) => node.id !== id });
    const index = createKeys(service.prefix).recordIndex();
    const ask = (root: string, command: string, ...rest: string[]) =>
      askIndex(redis, [{ root, below: false }], [command, index, ...rest]);
    await expect(ask(on, "FT.SEARCH", "zwetschgen")).rejects.toMatchObject({ code: "index_missing" });
    expect(await ask(on, "FT.INFO")).toHaveLength(1);
    expect(await ask(off, "FT.SEARCH", "zwetschgen")).toHaveLength(1);
    await expect(askIndex(redis, "everywhere", ["FT.SEARCH", index, "*"])).rejects.toMatchObject({
      code: "index_missing",
    });
  } finally {
    client.destroy();
  }
});

test("a node that takes connections and says nothing doesn't keep the layout from being asked for", async () => {
  const { client, nodes } = await connected();
  const node = await lostNode();
  const { off } = await onAndOff(node);
  await nodes.every();
  process.kill(node.pid, "SIGSTOP");
  try {
    // A node is asked at random: one of these asks the one that is silent.
    for (let round = 0; round < 4; round++) await nodes.refresh();
    const other = await nodes.ofKey(`{${off}}`);
    expect(await other.client.ping()).toBe("PONG");
  } finally {
    process.kill(node.pid, "SIGCONT");
    client.destroy();
  }
});

test("while a node is lost, the namespaces of others are served, and its own get 503 at once", async () => {
  const node = await lostNode();
  const { on, off } = await onAndOff(node);
  const write = (name: string) =>
    service.send("POST", `/v1/namespaces/${name}/memories`, {
      memory_type: "semantic",
      content: "Zwetschgen",
    });
  expect((await write(on)).status).toBe(201);
  node.client.destroy();
  await kill9(node.pid);
  const until = performance.now() + 6_000;
  for (let round = 0; performance.now() < until; round++) {
    await remember(service, off, { content: `Zwetschgen, ${round}.` });
    await postBatch(service, off, [
      { memory_type: "semantic", content: `Plums, ${round}.` },
      { memory_type: "semantic", content: `Pears, ${round}.` },
    ]);
    const { hits } = await recall(service, { namespaces: [off], query: "plums", limit: 5 });
    expect(hits.length).toBeGreaterThan(0);
    const asked = performance.now();
    expect((await write(on)).status).toBe(503);
    expect(performance.now() - asked).toBeLessThan(3_000);
  }
  // A process that has never reached it.
  const { client, nodes } = await connected();
  try {
    expect(await client.exists(`{${off}}`)).toBe(0);
    expect((await nodes.ofKey(`{${off}}`)).tag).not.toBe("");
    await expect(nodes.ofKey(`{${on}}`)).rejects.toThrow();
    await expect(client.exists(`{${on}}`)).rejects.toThrow();
  } finally {
    client.destroy();
  }
});

test("once all nodes are lost, every request gets 503, and a start says why in a sentence", async () => {
  for (const { client, pid } of cluster.nodes) {
    if (client.isOpen) client.destroy();
    await kill9(pid);
  }
  const until = performance.now() + 4_000;
  while (performance.now() < until) {
    const name = newNamespace();
    const write = { memory_type: "semantic", content: "Zwetschgen" };
    expect((await service.send("POST", `/v1/namespaces/${name}/memories`, write)).status).toBe(503);
    const everywhere = { namespaces: [name, `${name}.**`], query: "plums" };
    expect((await service.send("POST", "/v1/recall", everywhere)).status).toBe(503);
    expect((await service.send("GET", `/v1/namespaces/${name}/state/gate`)).status).toBe(503);
  }
  const { code, output } = await failingStart({ REDIS_URL: cluster.url });
  expect(code).toBe(1);
  expect(output).toContain("ECONNREFUSED");
  expect(output).not.toContain("    at ");
});
