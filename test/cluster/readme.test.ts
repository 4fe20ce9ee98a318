import { spawn } from "node:child_process";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openRedis } from "../../src/redis/connection/open-redis.js";
import { anyHidesNow } from "../../src/redis/connection/search-when-full.js";
import { newNamespace } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { runReadme } from "../support/run/readme.js";
import { startCluster } from "../support/redis/cluster.js";
import type { TestCluster } from "../support/redis/cluster.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";
import { testActsOfStores } from "./acts-of-stores.js";

/** What the README does, and what is global, on a cluster whose search engine has no coordinator. */
const archive = tempFolder();
let cluster: TestCluster;
let service: Service;
beforeAll(async () => {
  cluster = await startCluster({ replicas: false });
  service = await startService({
    REDIS_URL: cluster.url,
    MNEME_EMBEDDER: "local",
    MNEME_DURABLE_REPLICAS: "0",
    MNEME_ARCHIVE: `file://${archive}`,
  });
});
afterAll(async () => {
  await service.stop();
  await cluster.stop();
});

interface Recalled {
  readonly hits: {
    readonly memory: { readonly content: string; readonly namespace: string };
    readonly score: number;
    readonly ranks: unknown;
  }[];
}

async function recall(body: object): Promise<Recalled["hits"]> {
  const { status, body: found } = await service.send("POST", "/v1/recall", body);
  expect(status).toBe(200);
  return (found as Recalled).hits;
}

test("the session in README prints what README shows", async () => {
  const { printed, shown } = await runReadme(service);
  expect(printed).toBe(shown);
});

test("a recall of many namespaces finds what lies on each node, and lists, counts, audits and metrics see all", async () => {
  const root = newNamespace();
  const names = Array.from({ length: 12 }, (_, index) => `${root}.n${index}`);
  for (const name of names) {
    const answer = await service.send(
      "POST",
      `/v1/namespaces/${name}/memories`,
      { memory_type: "semantic", content: `The cellar of ${name} holds zwetschgen.` },
      { headers: { prefer: "durable" } },
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get("preference-applied")).toBe("durable");
  }
  const masters = new Set(await Promise.all(names.map(async (name) => (await cluster.masterOf(name)).port)));
  expect(masters.size).toBeGreaterThan(1);
  const hits = await recall({ namespaces: [`${root}.**`], query: "zwetschgen", limit: 50, mode: "keyword" });
  expect(hits.map(({ memory }) => memory.namespace).toSorted()).toEqual(names.toSorted());
  const named = await recall({ namespaces: names, query: "zwetschgen", limit: 50, mode: "keyword" });
  expect(named.length).toBe(12);
  const listed = await service.send("GET", `/v1/namespaces?limit=100`);
  const audit = await service.send("GET", `/v1/audit?namespace=${root}.**&limit=100`);
  expect(audit.status).toBe(200);
  expect(JSON.stringify(audit.body)).toContain(names[11]);
  for (const name of names) expect(listed.text).toContain(name);
  const stats = await service.send("GET", `/v1/namespaces/${names[0]}/stats`);
  expect(stats.body).toMatchObject({ memories: 1 });
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(Number(/mneme_memories\{memory_type="semantic"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(
    12,
  );
});

test("facts of a subject are found in each namespace", async () => {
  const root = newNamespace();
  const names = Array.from({ length: 6 }, (_, index) => `${root}.f${index}`);
  for (const [index, name] of names.entries()) {
    const fact = { subject: "Vera", predicate: "visited", object: `Town ${index}` };
    const { status } = await service.send("POST", `/v1/namespaces/${name}/memories`, {
      memory_type: "semantic",
      content: `Vera visited Town ${index}.`,
      fact,
    });
    expect(status).toBe(201);
  }
  for (const [index, name] of names.entries()) {
    const { status, text } = await service.send("GET", `/v1/namespaces/${name}/entities/Vera`);
    expect(status).toBe(200);
    expect(text).toContain(`Town ${index}`);
  }
});

testActsOfStores(() => service);

test("mneme doctor looks at each node, and says which it is", async () => {
  const child = spawn(process.execPath, [inject("commandsMain"), "doctor", "--json"], {
    env: { ...service.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found = (await json(child.stdout)) as { findings: { status: string; detail: string }[] };
  expect(found.findings.filter(({ status }) => status === "problem")).toEqual([]);
  const details = found.findings
    .map(({ detail }) => detail)
    .filter((detail) => detail.includes("search and JSON"));
  expect(details.map((detail) => /at (\S+), in the cluster of/.exec(detail)?.[1]).toSorted()).toEqual(
    cluster.nodes.map(({ port }) => `127.0.0.1:${port}`).toSorted(),
  );
});

test("each node is asked whether its searches hide something", async () => {
  const { client, nodes } = openRedis({ url: cluster.url });
  await client.connect();
  try {
    expect(await anyHidesNow(nodes)).toBe(false);
    const [, , last] = cluster.nodes;
    await last?.client.sendCommand(["CONFIG", "SET", "maxmemory", "1mb"]);
    expect(await anyHidesNow(nodes)).toBe(true);
  } finally {
    await cluster.nodes[2]?.client.sendCommand(["CONFIG", "SET", "maxmemory", "0"]);
    client.destroy();
  }
});
