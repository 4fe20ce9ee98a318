import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import type { RedisConnection } from "../../scripts/redis/server/connect.js";
import { newNamespace, recall, remember } from "../support/acts/memories.js";
import { startCluster } from "../support/redis/cluster.js";
import type { TestCluster } from "../support/redis/cluster.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

/** How many searches a server has answered since it began. */
async function searches(client: RedisConnection): Promise<number> {
  return Number(/cmdstat_FT\.SEARCH:calls=(\d+)/.exec(await client.info("commandstats"))?.[1] ?? 0);
}

const found = async (service: Service, namespace: string, query: string): Promise<readonly string[]> =>
  (await recall(service, { namespaces: [namespace], query })).hits.map(({ memory }) => memory.content);

/** Recalls until the text is found: a replica follows by milliseconds, and is used only once it was looked at. */
const untilFound = (service: Service, namespace: string, content: string) =>
  until(
    () => found(service, namespace, content),
    (texts) => texts.includes(content),
  );

describe("with MNEME_RECALL_FROM=replica", () => {
  let primary: TestRedis;
  let replica: TestRedis;
  let toPrimary: RedisConnection;
  let service: Service;
  beforeAll(async () => {
    primary = await startRedis();
    replica = await startRedis({ config: [`replicaof 127.0.0.1 ${primary.port}`] });
    toPrimary = await connectOnce({ port: primary.port });
    service = await startService({ REDIS_URL: primary.url, MNEME_RECALL_FROM: "replica" });
  });
  afterAll(async () => {
    await service.stop();
    toPrimary.destroy();
    await Promise.all([primary, replica].map((each) => each.stop()));
  });

  /** Resolves when a recall was searched by the replica alone. */
  const untilUsed = (namespace: string) =>
    until(
      async () => {
        const before = await searches(toPrimary);
        const texts = await found(service, namespace, "lives");
        return { texts, byPrimary: (await searches(toPrimary)) - before };
      },
      ({ texts, byPrimary }) => texts.length > 0 && byPrimary === 0,
    );

  test("recall searches on the replica, and reads what it found from the primary", async () => {
    const namespace = newNamespace();
    const { id } = await remember(service, namespace, { content: "Anna lives in Graz." });
    await untilUsed(namespace);
    // What the replica still holds is checked on the primary.
    const toReplica = await connectOnce({ port: replica.port });
    const before = await searches(toReplica);
    await service.send("DELETE", `/v1/namespaces/${namespace}/memories/${id}`);
    expect(await found(service, namespace, "Where does Anna live?")).toEqual([]);
    expect(await searches(toReplica)).toBeGreaterThan(before);
    toReplica.destroy();
  });

  test("a replica that is frozen, or gone, costs no recall its answer, and is used again when it is back", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "Bo lives in Linz." });
    await untilUsed(namespace);
    process.kill(replica.pid, "SIGSTOP");
    for (let times = 0; times < 3; times++) {
      expect(await found(service, namespace, "Where does Bo live?")).toEqual(["Bo lives in Linz."]);
    }
    process.kill(replica.pid, "SIGCONT");
    await untilUsed(namespace);
    await replica.kill9();
    await remember(service, namespace, { content: "Bo lives in Wels now." });
    expect(await found(service, namespace, "Where does Bo live?")).toContain("Bo lives in Wels now.");
    await replica.restart();
    await untilUsed(namespace);
    expect(service.logs()).toContain("recall searches on replicas");
  });

  test("a replica that refuses a search, or is late with one, is asked the next one", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "Di lives in Krems." });
    await untilUsed(namespace);
    const toReplica = await connectOnce({ port: replica.port });
    const askedBy = async (client: RedisConnection) => {
      const before = await searches(client);
      expect(await found(service, namespace, "Where does Di live?")).toEqual(["Di lives in Krems."]);
      return (await searches(client)) - before;
    };
    await toReplica.sendCommand(["FT.CONFIG", "SET", "MAXSEARCHRESULTS", "1"]);
    for (let times = 0; times < 3; times++) expect(await askedBy(toReplica)).toBeGreaterThan(0);
    await toReplica.sendCommand(["FT.CONFIG", "SET", "MAXSEARCHRESULTS", "1000000"]);
    for (let times = 0; times < 3; times++) {
      process.kill(replica.pid, "SIGSTOP");
      // Its search runs into the time limit, and the primary answers.
      const late = found(service, namespace, "Where does Di live?");
      await sleep(700);
      process.kill(replica.pid, "SIGCONT");
      expect(await late).toEqual(["Di lives in Krems."]);
      await toReplica.ping();
      // On a busy machine it takes the replica a moment to catch up.
      await until(
        () => askedBy(toPrimary),
        (count) => count === 0,
      );
    }
    toReplica.destroy();
  });

  test("a replica that no longer follows isn't asked", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "Cy lives in Steyr." });
    await untilUsed(namespace);
    const toReplica = await connectOnce({ port: replica.port });
    // It goes on serving what it has, which gets older and older.
    await toReplica.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
    await until(
      async () => {
        const before = await searches(toReplica);
        await found(service, namespace, "Where does Cy live?");
        return (await searches(toReplica)) - before;
      },
      (count) => count === 0,
    );
    await remember(service, namespace, { content: "Cy lives in Enns now." });
    expect(await found(service, namespace, "Where does Cy live?")).toContain("Cy lives in Enns now.");
    await toReplica.sendCommand(["REPLICAOF", "127.0.0.1", String(primary.port)]);
    await untilUsed(namespace);
    toReplica.destroy();
  });
});

describe("with MNEME_RECALL_FROM=replica on a cluster", () => {
  let cluster: TestCluster;
  let service: Service;
  beforeAll(async () => {
    cluster = await startCluster();
    service = await startService({ REDIS_URL: cluster.url, MNEME_RECALL_FROM: "replica" });
  });
  afterAll(async () => {
    await service.stop();
    await cluster.stop();
  });

  test("recall of any namespace searches on a replica of its node, also after its slot was moved", async () => {
    const namespaces = Array.from({ length: 6 }, newNamespace);
    for (const namespace of namespaces)
      await remember(service, namespace, { content: "Dora lives in Graz." });
    const masters = new Set(await Promise.all(namespaces.map((each) => cluster.masterOf(each))));
    const byMasters = async () => {
      const counts = await Promise.all([...masters].map(({ client }) => searches(client)));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    await until(
      async () => {
        const before = await byMasters();
        for (const namespace of namespaces) await untilFound(service, namespace, "Dora lives in Graz.");
        return (await byMasters()) - before;
      },
      (count) => count === 0,
    );
    const [moved = ""] = namespaces;
    await cluster.moveSlot(moved);
    await remember(service, moved, { content: "Dora lives in Linz now." });
    await untilFound(service, moved, "Dora lives in Linz now.");
    expect(await found(service, moved, "Where does Dora live?")).toHaveLength(2);
  });
});
