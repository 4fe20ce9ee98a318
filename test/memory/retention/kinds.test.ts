import { expect, test } from "vitest";
import { consolidate, undo } from "../../support/acts/consolidations.js";
import { tell } from "../../support/acts/facts.js";
import { bodyOf, newNamespace, pathOf, recall, remember } from "../../support/acts/memories.js";
import { append, readMessages, sessionPath, user } from "../../support/acts/sessions.js";
import { statePath } from "../../support/acts/state.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";

const { service, redis, keysOf } = await startWithRedis();

interface Filled {
  readonly namespace: string;
  readonly episode: string;
  readonly pinned: string;
  readonly lesson: string;
}

async function fill(namespace: string): Promise<Filled> {
  const of = (memory_type: string, content: string, more = {}) =>
    remember(service, namespace, { memory_type, content, ...more });
  const episode = await of("episodic", "The walrus arrived.");
  const pinned = await of("episodic", "The walrus was weighed.", { pinned: true });
  const lesson = await of("semantic", "Walruses eat clams.");
  await service.send("PATCH", pathOf(lesson), { content: "Walruses eat clams and snails." });
  await append(service, namespace, "visit", user("Where is the walrus?"));
  for (const weight of [900, 950])
    await service.send("PUT", statePath(namespace, "weight"), { value: { weight } });
  await service.send("PUT", statePath(namespace, "left"), { value: 1 });
  await service.send("DELETE", statePath(namespace, "left"));
  return { namespace, episode: pathOf(episode), pinned: pathOf(pinned), lesson: pathOf(lesson) };
}

const statusOf = async (path: string) => (await service.send("GET", path)).status;
const versionsOf = async ({ lesson }: Filled) =>
  bodyOf<{ versions: unknown[] }>(await service.send("GET", `${lesson}/versions`), 200).versions.length;
const keysNamed = async ({ namespace }: Filled, name: string) =>
  (await keysOf(namespace)).filter((key) => key.startsWith(`${service.prefix}:${name}:`));
const retentionOf = async ({ namespace }: Filled) =>
  (await service.send("GET", `/v1/namespaces/${namespace}/stats`)).body as { retention: unknown };

test("what a namespace has kept long enough is deleted, by kind; what another one keeps longer stays", async () => {
  const brief = await fill(newNamespace());
  const lasting = await fill(newNamespace());
  const kinds = ["episodic", "versions", "sessions", "state_history"];
  const lasts = (seconds: number) => ({
    retention: Object.fromEntries(kinds.map((kind) => [`${kind}_seconds`, seconds])),
  });
  expect((await putSettings(service, brief.namespace, lasts(1))).status).toBe(200);
  expect((await putSettings(service, lasting.namespace, lasts(3600))).status).toBe(200);

  for (const path of [brief.episode, brief.pinned, sessionPath(brief.namespace, "visit")]) {
    await until(
      () => statusOf(path),
      (status) => status === 404,
    );
  }
  await until(
    () => versionsOf(brief),
    (count) => count === 1,
  );
  await until(
    () => keysNamed(brief, "state-old"),
    (keys) => keys.length === 0,
  );
  await until(
    () => redis.xLen(`${service.prefix}:changes:{${brief.namespace}}`),
    (changes) => changes === 0,
  );
  expect(await statusOf(brief.lesson)).toBe(200);
  expect((await service.send("GET", statePath(brief.namespace, "weight"))).body).toMatchObject({
    value: { weight: 950 },
  });
  expect(await retentionOf(brief)).toMatchObject({
    by_type: { episodic: { memories: 0 }, semantic: { memories: 1 } },
    retention: { episodic_seconds: 1, semantic_seconds: null, versions_seconds: 1, overdue: 0 },
  });

  for (const path of [lasting.episode, lasting.pinned, sessionPath(lasting.namespace, "visit")])
    expect(await statusOf(path)).toBe(200);
  expect(await versionsOf(lasting)).toBe(2);
  expect(await keysNamed(lasting, "state-old")).toHaveLength(2);
  expect(await retentionOf(lasting)).toMatchObject({
    retention: { episodic_seconds: 3600, receipts_seconds: 30 * 86_400, overdue: 0 },
  });
  const { text } = await service.send("GET", "/metrics");
  expect(text).toContain('mneme_retention_deleted_total{kind="memories"} 2');
});

test("a longer setting holds for the history of state that is written under it, and for sliding reads", async () => {
  const namespace = newNamespace();
  const changes = `${service.prefix}:changes:{${namespace}}`;
  const put = async (key: string, value: number, more = {}) =>
    expect([200, 201]).toContain(
      (await service.send("PUT", statePath(namespace, key), { value, ...more })).status,
    );
  const keep = async (seconds: number) =>
    expect(
      (await putSettings(service, namespace, { retention: { state_history_seconds: seconds } })).status,
    ).toBe(200);
  const days = (count: number) => count * 86_400_000;
  await keep(3600);
  for (const value of [1, 2]) await put("weight", value);
  await put("slides", 1, { ttl_seconds: 60, sliding: true });
  const history = (await keysOf(namespace)).find((key) => key.includes(":state-old:")) ?? "";
  expect(await redis.pTTL(history)).toBeLessThan(days(1));
  await keep(30 * 86_400);
  expect(await statusOf(statePath(namespace, "slides"))).toBe(200);
  const document = (await keysOf(namespace)).find((key) => /:state:.*slides/.test(key)) ?? "";
  expect(await redis.pTTL(document)).toBeGreaterThan(days(30));
  await until(
    () => redis.pTTL(changes),
    (left) => left > days(30) - 60_000,
  );
  await put("weight", 3);
  expect(await redis.pTTL(history)).toBeGreaterThan(days(30));
  expect(await redis.pTTL(changes)).toBeGreaterThan(days(33));
});

test("a namespace with damaged keys keeps no background work from the others", async () => {
  const [broken, sound] = [`a-${newNamespace()}`, newNamespace()];
  const keyOf = (kind: string, namespace: string) => `${service.prefix}:${kind}:{${namespace}}`;
  const dues = ["consolidation-due", "erasure-due"].map((kind) => keyOf(kind, broken));
  const damaged = ["consolidation-head", "erasures", "audit"].map((kind) => keyOf(kind, broken));
  await putSettings(service, broken, { retention: { audit_seconds: 3600 } });
  for (const key of damaged) {
    await redis.del(key);
    await redis.set(key, "damaged");
  }
  for (const key of dues) await redis.hSet(key, { at: 1, ns: broken });
  const episode = await remember(service, sound, { memory_type: "episodic", content: "The walrus left." });
  await putSettings(service, sound, { retention: { episodic_seconds: 1 } });
  await redis.zAdd(keyOf("erasures", sound), { score: 2, value: `v ${episode.id}` });
  await redis.hSet(keyOf("erasure-due", sound), { at: 2, ns: sound });

  await until(
    () => statusOf(pathOf(episode)),
    (status) => status === 404,
  );
  expect((await consolidate(service, sound, { steps: ["expire"] })).status).toBe("done");
  await until(
    () => redis.exists(keyOf("erasure-due", sound)),
    (count) => count === 0,
  );
  for (const key of dues) {
    await until(
      () => redis.hGet(key, "at"),
      (at) => Number(at) > Date.now(),
    );
  }
  await redis.del([...damaged, ...dues, keyOf("settings", broken)]);
});

test("an undo gives a run its time again, and a run that was to begin in the middle goes around", async () => {
  const namespace = newNamespace();
  const memories = [];
  for (const content of ["One walrus.", "Two walruses.", "Three walruses."])
    memories.push(await remember(service, namespace, { memory_type: "semantic", content, importance: 0.1 }));
  const keyOf = (kind: string, id = "") => `${service.prefix}:${kind}:{${namespace}}${id}`;
  await redis.hSet(keyOf("consolidation-head"), "expire", 2);
  const run = await consolidate(service, namespace, { steps: ["expire"], unread_seconds: 0 });
  expect(run.actions.flatMap(({ sources }) => sources.map(({ id }) => id)).toSorted()).toEqual(
    memories.map(({ id }) => id).toSorted(),
  );
  expect(await redis.hGet(keyOf("consolidation-head"), "expire")).toBe("0");
  const stored = (await keysOf(namespace)).find((key) => key.endsWith(`}:${run.id}`)) ?? "";
  await redis.pExpire(stored, 60_000);
  await undo(service, namespace, run.id);
  expect(await redis.pTTL(stored)).toBeGreaterThan(3_600_000);
});

test("a session that is appended to after retention has listed it stays with its messages", async () => {
  const namespace = newNamespace();
  for (const session of ["returned", "left"]) await append(service, namespace, session, user("Hello?"));
  const list = `${service.prefix}:sessions:{${namespace}}`;
  const [returned = "", left = ""] = await redis.zRange(list, 0, -1);
  const old = Date.now() - 7_200_000;
  // What a listing saw before the append.
  await redis.zAdd(list, { value: returned, score: old * 1000 });
  await redis.zAdd(list, { value: left, score: old * 1000 + 1 });
  await redis.hSet(`${service.prefix}:session:{${namespace}}:${left}`, "l", old);
  expect((await putSettings(service, namespace, { retention: { sessions_seconds: 3600 } })).status).toBe(200);
  await until(
    () => statusOf(sessionPath(namespace, "left")),
    (status) => status === 404,
  );
  expect(await readMessages(service, namespace, "returned")).toHaveLength(1);
});

/** What stays of an emptied namespace, and why: see docs/operations.md. */
const STAYS = new Set(["audit", "audit-head", "done", "gone", "seq", "settings", "state-head"]);

test("a namespace that is emptied leaves no key but those that the documentation names", async () => {
  const { namespace } = await fill(newNamespace());
  const place = `/v1/namespaces/${namespace}`;
  const done = async (method: string, path: string, body: unknown, options = {}) =>
    expect(await service.send(method, path, body, options)).toMatchObject({
      status: expect.toSatisfy((status: number) => status < 300),
    });
  await tell(service, namespace, ["Ada", "lives_in", "Graz"], { cardinality: "one" });
  await tell(service, namespace, ["Ada", "lives_in", "Linz"], { cardinality: "one" });
  await done("PUT", `${place}/entities/Ada`, { aliases: ["A. L."] });
  await done("PUT", `${place}/items/tea`, { content: "Green tea." });
  const capture = { response: "Hello.", session_id: "visit" };
  for (const input of ["Hello?", "Who is there?"])
    await done("POST", `${place}/interactions`, { ...capture, input });
  await done("PUT", `${place}/state/once`, { value: 1 }, { headers: { "idempotency-key": "once" } });
  await done("POST", `${place}/consolidations`, {});
  await recall(service, { query: "walrus", namespaces: [namespace] });
  await putSettings(service, namespace, { retention: { receipts_seconds: 1 } });
  // A consolidation that still runs keeps its run.
  await until(
    async () => (await service.send("DELETE", place)).status,
    (status) => status === 200,
  );
  const left = await until(
    async () => {
      await service.send("DELETE", place);
      return [...new Set((await keysOf(namespace)).map((key) => key.split(":")[1] ?? ""))];
    },
    (kinds) => kinds.every((kind) => STAYS.has(kind)),
  );
  expect(left).not.toHaveLength(0);
});
