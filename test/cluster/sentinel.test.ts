import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSentinel } from "../../checkpointer/test/support/sentinel.js";
import type { TestSentinel } from "../../checkpointer/test/support/sentinel.js";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import { openEvents } from "../support/service/events.js";
import { failingStart, startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { testActsOfStores } from "./acts-of-stores.js";

const archive = tempFolder();
let redis: readonly TestRedis[];
let sentinel: TestSentinel;
let service: Service;
beforeAll(async () => {
  const primary = await startRedis({ appendonly: true });
  const replica = await startRedis({ appendonly: true, config: [`replicaof 127.0.0.1 ${primary.port}`] });
  redis = [primary, replica];
  const client = await connectOnce({ port: replica.port });
  while (!(await client.info("replication")).includes("master_link_status:up")) await sleep(50);
  client.destroy();
  sentinel = await startSentinel(primary.port);
  service = await startService({
    REDIS_URL: `redis+sentinel://127.0.0.1:${sentinel.port}/${sentinel.name}`,
    MNEME_ARCHIVE: `file://${archive}`,
  });
});
afterAll(async () => {
  await service.stop();
  await sentinel.stop();
  await Promise.all(redis.map((each) => each.stop()));
});

testActsOfStores(() => service);

/** Stops a process, and lets it go on after a time. */
async function silenced(pid: number, work: () => Promise<void>): Promise<void> {
  process.kill(pid, "SIGSTOP");
  try {
    await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

const serves = () =>
  until(
    () => service.send("PUT", `/v1/namespaces/${newNamespace()}/state/gate`, { value: 1 }),
    ({ status }) => status === 201,
  );

test("a master that was silent for longer than its connection lasts is served from again", async () => {
  await serves();
  // The connection is given up after 4 s, and the next one after 2.5 s; Sentinels name the master for 30 s.
  await silenced(redis[0]?.pid ?? 0, () => sleep(9_000));
  await serves();
  expect((await service.send("GET", "/readyz")).status).toBe(200);
});

test("Sentinels that are away are a warning of their own: the master serves on", async () => {
  await serves();
  const before = service.logs().length;
  const warnings = async () => {
    const { status, body } = await service.send("GET", "/readyz");
    expect(status).toBe(200);
    const { redis: shown } = body as { redis: { warnings?: { reason: string }[] } };
    return (shown.warnings ?? []).map(({ reason }) => reason);
  };
  await silenced(sentinel.pid, async () => {
    await until(warnings, (reasons) => reasons.includes("sentinels_unreachable"));
    await sleep(3_000);
    expect((await service.send("GET", "/metrics")).text).toContain(
      'mneme_redis_hazard{reason="sentinels_unreachable"} 1',
    );
    await serves();
  });
  await until(warnings, (reasons) => !reasons.includes("sentinels_unreachable"));
  // One line when it begins and one when it is over.
  const lines = await until(
    async () => service.logs().slice(before),
    (text) => (text.match(/sentinels_unreachable/g) ?? []).length === 2,
  );
  // Lines about a fault of Redis; that an earlier one is over may be said late.
  expect(lines).not.toContain('"level":50');
});

test("after a failover, the service serves from the new primary, with what was acknowledged as durable", async () => {
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}`;
  const write = (content: string) =>
    service.send(
      "POST",
      `${path}/memories`,
      { memory_type: "semantic", content },
      { headers: { prefer: "durable" } },
    );
  const first = await until(
    () => write("Anna lives in Graz."),
    ({ status }) => status === 201,
  );
  expect(first.headers.get("preference-applied")).toBe("durable");
  const asked = await connectOnce({ port: sentinel.port });
  // It learns of replicas from the primary, every ten seconds.
  await until(
    async () => String(await asked.sendCommand(["SENTINEL", "FAILOVER", sentinel.name]).catch(String)),
    (reply) => reply === "OK",
  );
  await until(
    async () => String(await asked.sendCommand(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.name])),
    (address) => address.includes(String(redis[1]?.port)),
  );
  asked.destroy();
  const { id } = first.body as { id: string };
  // The old primary takes writes until it is told that it is none any more, and loses them then: unless they are durable.
  await until(
    () => write("Anna lives in Linz."),
    ({ headers }) => headers.get("preference-applied") === "durable",
  );
  expect((await service.send("GET", `${path}/memories/${id}`)).status).toBe(200);
  const promoted = await connectOnce({ port: redis[1]?.port ?? 0 });
  const keys = (await promoted.sendCommand(["KEYS", `${service.prefix}:rec:{${namespace}}:*`])) as string[];
  promoted.destroy();
  expect(keys.length).toBe(2);

  // What says that there are changes comes from the new primary, though the old one is gone for good.
  await redis[0]?.kill9();
  const other = newNamespace();
  const events = await until(
    () => openEvents(service, `/v1/namespaces/${other}/state-changes`),
    ({ status }) => status === 200,
  );
  const begun = performance.now();
  await service.send("PUT", `/v1/namespaces/${other}/state/gate`, { value: 1 });
  expect(await events.count(1)).toMatchObject([{ data: { key: "gate" } }]);
  // Sooner than the next look of a reader that is told nothing.
  expect(performance.now() - begun).toBeLessThan(5_000);
  events.close();
  const durable = await service.send(
    "PUT",
    `/v1/namespaces/${other}/state/gate`,
    { value: 2 },
    { headers: { prefer: "durable" } },
  );
  expect(durable.status).toBe(503);
});

test("a name that the Sentinels don't know ends a start with a sentence", async () => {
  const { code, output } = await failingStart({
    REDIS_URL: `redis+sentinel://127.0.0.1:${sentinel.port}/other`,
  });
  expect(code).toBe(1);
  expect(output).toContain("The Sentinels know no master of this name.");
  expect(output).not.toContain("    at ");
});

test.for([
  ["redis+cluster://:secret@a:b", "REDIS_URL: Must name hosts"],
  ["redis+cluster://a,b/1", "REDIS_URL: Must not name a database"],
  ["redis+sentinel://a:26379", "REDIS_URL: Must name the master"],
  ["redis+sentinel://a/m?sentinel_key=secret", "REDIS_URL: Must have no other parameters"],
  ["redis+ring://a", "REDIS_URL: Must begin with"],
])("refuses %s in a sentence, without what may be secret", async ([url, sentence]) => {
  const { code, output } = await failingStart({ REDIS_URL: url });
  expect(code).toBe(1);
  expect(output).toContain(sentence);
  expect(output).not.toContain("secret");
});
