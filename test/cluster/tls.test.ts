import { readFileSync } from "node:fs";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { RedisSaver } from "@mneme/checkpointer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSentinel } from "../../checkpointer/test/support/sentinel.js";
import type { TestSentinel } from "../../checkpointer/test/support/sentinel.js";
import { freePort } from "../../scripts/redis/server/free-port.js";
import { newNamespace, recall, remember } from "../support/acts/memories.js";
import { readState, setState } from "../support/acts/state.js";
import { runVerify } from "../support/audit/read.js";
import { makeCertificates, tlsLines } from "../support/redis/certificates.js";
import { startCluster } from "../support/redis/cluster.js";
import type { TestCluster } from "../support/redis/cluster.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { openEvents } from "../support/service/events.js";
import { failingStart, startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { changesOf } from "./follow-changes.js";

/** What a stranger does first, in so many namespaces that each node of a cluster has some. */
function testFirstSteps(serviceOf: () => Service, ca: string): void {
  const durable = { headers: { prefer: "durable" } };

  test("memories are written and recalled, also durably, in one namespace and in many", async () => {
    const [service, root] = [serviceOf(), newNamespace()];
    const names = Array.from({ length: 6 }, (_, index) => `${root}.n${index}`);
    for (const name of names) {
      const memory = { memory_type: "semantic", content: `The cellar of ${name} holds zwetschgen.` };
      const answer = await service.send("POST", `/v1/namespaces/${name}/memories`, memory, durable);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("preference-applied")).toBe("durable");
      const { hits } = await recall(service, { namespaces: [name], query: "zwetschgen" });
      expect(hits.map(({ memory: { namespace } }) => namespace)).toEqual([name]);
    }
    const { hits } = await recall(service, { namespaces: [`${root}.**`], query: "zwetschgen", limit: 50 });
    expect(hits.map(({ memory: { namespace } }) => namespace).toSorted()).toEqual(names);
  });

  test("state is written, read and watched", async () => {
    const [service, namespace] = [serviceOf(), newNamespace()];
    const events = await openEvents(service, changesOf(namespace));
    await setState(service, namespace, "gate", { open: true });
    expect(await events.count(1)).toMatchObject([{ data: { key: "gate", version: 1 } }]);
    events.close();
    expect(await readState(service, namespace, "gate")).toMatchObject({ value: { open: true } });
  });

  test("a saver keeps threads at the same URL, and the service shows them", async () => {
    const service = serviceOf();
    await using saver = await RedisSaver.fromUrl(service.env["REDIS_URL"] ?? "", {
      keyPrefix: `${service.prefix}:graph`,
      client: { socket: { tls: true, ca: readFileSync(ca) } },
    });
    for (const thread of Array.from({ length: 4 }, newNamespace)) {
      const config = { configurable: { thread_id: thread, checkpoint_ns: "" } };
      await saver.put(config, emptyCheckpoint(), { source: "input", step: -1, parents: {} }, {});
      expect((await saver.getTuple(config))?.metadata?.step).toBe(-1);
      const page = await service.send("GET", `/v1/threads/${thread}/checkpoints`);
      expect(page.status).toBe(200);
    }
  });

  test("the audit trail is verified by the command line", async () => {
    const [service, namespace] = [serviceOf(), newNamespace()];
    await remember(service, namespace, { content: "Zwetschgen" });
    const { code, output } = await runVerify(service.env, "--namespace", namespace);
    expect(code, output).toBe(0);
    expect(output).toContain("sound");
  });

  test("without the authority's certificate, a start says which setting adds it", async () => {
    const { code, output } = await failingStart({ REDIS_URL: serviceOf().env["REDIS_URL"] });
    expect(code).toBe(1);
    expect(output).toContain("NODE_EXTRA_CA_CERTS");
    expect(output).not.toContain("    at ");
  });

  test("a URL without TLS is refused with a hint", async () => {
    const url = serviceOf().env["REDIS_URL"]?.replace("rediss", "redis");
    const { code, output } = await failingStart({ REDIS_URL: url });
    expect(code).toBe(1);
    expect(output).toContain("rediss");
    expect(output).not.toContain("    at ");
  });
}

describe("on a cluster with TLS, whose nodes announce names", () => {
  // Not for the addresses that the names lead to.
  const certificates = makeCertificates(tempFolder(), ["DNS:localhost"]);
  let cluster: TestCluster;
  let service: Service;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: false, certificates });
    service = await startService({
      REDIS_URL: cluster.url,
      NODE_EXTRA_CA_CERTS: certificates.ca,
      MNEME_DURABLE_REPLICAS: "0",
    });
  });
  afterAll(async () => {
    await service.stop();
    await cluster.stop();
  });

  testFirstSteps(() => service, certificates.ca);

  test("a slot that moves is followed", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "Zwetschgen" });
    await cluster.moveSlot(namespace);
    await remember(service, namespace, { content: "More zwetschgen" });
    const { hits } = await recall(service, { namespaces: [namespace], query: "zwetschgen" });
    expect(hits).toHaveLength(2);
  });
});

describe("behind Sentinels with TLS", () => {
  const certificates = makeCertificates(tempFolder(), ["IP:127.0.0.1"]);
  let primaryPort: number;
  let redis: TestRedis;
  let sentinel: TestSentinel;
  let service: Service;
  beforeAll(async () => {
    const sentinelPort = await freePort();
    primaryPort = await freePort();
    redis = await startRedis({ appendonly: true, config: tlsLines(certificates, primaryPort) });
    sentinel = await startSentinel(primaryPort, tlsLines(certificates, sentinelPort));
    service = await startService({
      REDIS_URL: `rediss+sentinel://127.0.0.1:${sentinelPort}/${sentinel.name}`,
      NODE_EXTRA_CA_CERTS: certificates.ca,
      MNEME_DURABLE_REPLICAS: "0",
    });
  });
  afterAll(async () => {
    await service.stop();
    await sentinel.stop();
    await redis.stop();
  });

  testFirstSteps(() => service, certificates.ca);

  test("the primary alone serves at rediss://, and is refused without the authority's certificate", async () => {
    const alone = { REDIS_URL: `rediss://127.0.0.1:${primaryPort}` };
    const { code, output } = await failingStart(alone);
    expect(code).toBe(1);
    expect(output).toContain("NODE_EXTRA_CA_CERTS");
    expect(output).not.toContain("    at ");
    const other = await startService({ ...alone, NODE_EXTRA_CA_CERTS: certificates.ca });
    const namespace = newNamespace();
    await remember(other, namespace, { content: "Zwetschgen" });
    expect((await recall(other, { namespaces: [namespace], query: "zwetschgen" })).hits).toHaveLength(1);
    await other.stop();
  });
});
