import { hash } from "node:crypto";
import { join } from "node:path";
import { pino } from "pino";
import { createClient, RESP_TYPES } from "redis";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createRedis } from "../../../src/compose/redis.js";
import { createStores } from "../../../src/compose/stores.js";
import { loadConfig } from "../../../src/config.js";
import { homeHash, idOfPlace } from "../../../src/redis/receipts/place.js";
import { forge, linesOf, mneme } from "../../support/acts/backup.js";
import { bodyOf, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { append, user } from "../../support/acts/sessions.js";
import { setState, statePath } from "../../support/acts/state.js";
import { startRedis } from "../../support/redis/start.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { patchSettings } from "../../support/service/namespaces.js";
import { startService, until } from "../../support/service/service.js";

/** What else the Redis holds: a walk over all of it takes 50 SCANs of a thousand keys. */
const OTHERS = 50_000;
/** Below what a walk takes; above what workers do now and then. */
const FEW = 10;

const BYTES = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

const server = await startRedis();
const redis = createClient({ url: server.url });
await redis.connect();
for (let from = 0; from < OTHERS; from += 10_000) {
  const some = Array.from({ length: 10_000 }, (_, at) => [`other:${from + at}`, "1"] as const);
  await redis.mSet(some.flatMap(([key, value]) => [key, value]));
}
const service = await startService({ REDIS_URL: server.url });
afterAll(async () => {
  await service.stop();
  redis.destroy();
  await server.stop();
});

const upgraded = () => until(() => redis.hGet(`${service.prefix}:upgrades`, "reached"), Boolean);

async function calls(command: "scan" | "xrange" | "zrange"): Promise<number> {
  const stats = await redis.info("commandstats");
  return Number(new RegExp(String.raw`cmdstat_${command}:calls=(\d+)`).exec(stats)?.[1] ?? 0);
}

const scans = () => calls("scan");

/** In this process, over the same store. */
async function openedStores() {
  const config = loadConfig(service.env);
  const opened = createRedis(config, {
    logger: pino({ level: "silent" }),
    metrics: { redis: () => {} },
    onMissingIndex: () => {},
  });
  await opened.client.connect();
  onTestFinished(() => opened.client.destroy());
  return createStores(config, opened);
}

interface Deleted {
  readonly state_documents: number;
  readonly cursor: string | null;
}

const clear = async (namespace: string): Promise<Deleted> =>
  bodyOf<Deleted>(await service.send("DELETE", `/v1/namespaces/${namespace}`), 200);

/** Live documents, an expired one, and deleted ones with a history, in both ways. */
async function fill(namespace: string): Promise<void> {
  for (const key of ["one", "two", "again", "gone"]) await setState(service, namespace, key, { of: key });
  await setState(service, namespace, "short", 1, { ttl_seconds: 1 });
  await setState(service, namespace, "one", 2);
  for (const key of ["again", "gone"])
    expect((await service.send("DELETE", statePath(namespace, key))).status).toBe(204);
  await setState(service, namespace, "again", 2);
  const operations = [
    { op: "set", key: "passing", value: 1 },
    { op: "delete", key: "passing" },
  ];
  bodyOf(await service.send("POST", `/v1/namespaces/${namespace}/state-transactions`, { operations }), 200);
}

const keysOf = (kind: string, namespace: string) => redis.keys(`${service.prefix}:${kind}:{${namespace}}*`);

async function leftOf(namespace: string): Promise<string[]> {
  const kinds = ["state", "state-facts", "state-old", "state-names", "state-left", "changes"];
  return (await Promise.all(kinds.map((kind) => keysOf(kind, namespace)))).flat();
}

/** As a release without lists left it. */
async function withoutLists(namespace: string): Promise<void> {
  await redis.del([
    `${service.prefix}:state-names:{${namespace}}`,
    `${service.prefix}:state-left:{${namespace}}`,
  ]);
  await redis.hDel(`${service.prefix}:upgrades`, "reached");
}

describe("whatever else the Redis holds", () => {
  test("deleting an empty namespace looks at none of it", async () => {
    await upgraded();
    const namespace = newNamespace();
    const before = await scans();
    expect(await clear(namespace)).toMatchObject({ state_documents: 0, cursor: null });
    expect((await scans()) - before).toBeLessThan(FEW);
  });

  test("deleting a namespace with state looks at none of it, and leaves no history", async () => {
    await upgraded();
    const namespace = newNamespace();
    await fill(namespace);
    await remember(service, namespace, { content: "a memory" });
    await append(service, namespace, "a session", user("Hello."));
    expect(await keysOf("state-old", namespace)).toHaveLength(4);
    await until(
      async () => (await service.send("GET", statePath(namespace, "short"))).status,
      (status) => status === 404,
    );
    const before = await scans();
    expect(await clear(namespace)).toMatchObject({
      memories: 1,
      sessions: 1,
      state_documents: 3,
      cursor: null,
    });
    expect((await scans()) - before).toBeLessThan(FEW);
    expect(await leftOf(namespace)).toEqual([]);
  });

  test("exports of namespaces find their documents without looking at it", async () => {
    await upgraded();
    const namespace = newNamespace();
    for (const each of [namespace, newNamespace()]) await fill(each);
    const before = await scans();
    for (const pattern of [namespace, "**"]) {
      const file = join(tempDir(), "export.jsonl");
      const ran = await mneme(service, ["export", "--out", file, "--namespace", pattern]);
      expect(ran.code, ran.stderr).toBe(0);
      const keys = linesOf(file).flatMap((line) =>
        line["kind"] === "state" && line["namespace"] === namespace ? [line["key"]] : [],
      );
      expect(keys.toSorted()).toEqual(["again", "gone", "one", "passing", "short", "two"]);
    }
    expect((await scans()) - before).toBeLessThan(2 * FEW);
  });
});

test("an import looks for deleted documents once, however many lines of documents follow notes of deletions", async () => {
  await upgraded();
  const namespace = newNamespace();
  const PAIRS = 100;
  for (let n = 0; n < PAIRS; n++) await setState(service, namespace, `d${n}`, { of: n });
  await setState(service, namespace, "gone", 1);
  const file = join(tempDir(), "export.jsonl");
  expect((await mneme(service, ["export", "--out", file, "--namespace", namespace])).code).toBe(0);
  const erased = (key: string, at: number) => ({
    kind: "erased",
    namespace,
    what: "state",
    id: hash("sha1", key),
    at,
  });
  // Each is of a document that was deleted and written again, and one of a document that is still here.
  const lines = linesOf(file).flatMap((line): unknown[] => {
    if (line.kind !== "state") return [line];
    const { key } = line;
    return key === "gone" ? [] : [erased(key, 1), line];
  });
  const forged = join(tempDir(), "forged.jsonl");
  forge(forged, [...lines.slice(0, 2), erased("gone", Date.now()), ...lines.slice(2)]);
  const before = await calls("zrange");
  const ran = await mneme(service, ["import", forged]);
  expect(ran.code, ran.stderr).toBe(0);
  expect((await calls("zrange")) - before).toBeLessThan(PAIRS / 2);
  expect((await service.send("GET", statePath(namespace, "gone"))).status).toBe(404);
  expect((await service.send("GET", statePath(namespace, "d7"))).status).toBe(200);
});

describe("receipts of several namespaces", () => {
  const sharedStream = async (): Promise<string> => {
    const [stream] = await redis.keys(`${service.prefix}:receipts:{~*}`);
    return stream ?? "";
  };
  /** As other namespaces asked before and after. */
  async function addOthers(count: number): Promise<void> {
    const stream = await sharedStream();
    const [entry] = (await redis.withTypeMapping(BYTES).xRange(stream, "-", "+", { COUNT: 1 })) ?? [];
    const stored = entry?.message["r"];
    if (stored === undefined) throw new Error("no receipt");
    await Promise.all(Array.from({ length: count }, () => redis.xAdd(stream, "*", { r: stored })));
  }
  const asked = async (namespaces: readonly string[]): Promise<string> =>
    (await recall(service, { query: "a memory", namespaces })).receipt_id ?? "";
  const statusOf = async (id: string) => (await service.send("GET", `/v1/receipts/${id}`)).status;
  const noted = () => `${service.prefix}:receipts-noted:{~system}`;

  test("are read only where the namespace was asked for together with others", async () => {
    const [one, other, none, asking] = [newNamespace(), newNamespace(), newNamespace(), newNamespace()];
    await asked([one, other]);
    await addOthers(20_000);
    const before = await calls("xrange");
    expect(await clear(none)).toMatchObject({ cursor: null });
    expect((await calls("xrange")) - before).toBeLessThan(FEW);
    const ids = [await asked([asking, other]), await asked([one, other])];
    expect(await Promise.all(ids.map(statusOf))).toEqual([200, 200]);
    expect(await clear(asking)).toMatchObject({ cursor: null });
    expect(await Promise.all(ids.map(statusOf))).toEqual([404, 200]);
  });

  test("of a release that noted nothing, and had one stream of all hours, go too, a part at a time", async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    await asked([namespace, other]);
    await addOthers(2_000);
    await asked([namespace, other]);
    const former = "~2592000";
    await redis.rename(await sharedStream(), `${service.prefix}:receipts:{${former}}`);
    await redis.hSet(`${service.prefix}:receipt-homes:{~system}`, homeHash(former), former);
    const entries = (await redis.xRange(`${service.prefix}:receipts:{${former}}`, "-", "+")) ?? [];
    const named = [entries.at(-1), entries.find((each) => each.message["r"]?.includes(namespace) === true)];
    const [last = "", first = ""] = named.map((each) =>
      idOfPlace({ home: homeHash(former), entry: each?.id ?? "" }),
    );
    expect(await Promise.all([first, last].map(statusOf))).toEqual([200, 200]);
    await redis.del([noted(), `${service.prefix}:receipts-shared:{${namespace}}`]);
    const { receipts } = await openedStores();
    const places = new Set<string>();
    let after: string | undefined;
    do {
      after = await receipts.forget(namespace, { after, began: Date.now(), isOver: () => true });
      expect(places).not.toContain(after);
      if (after !== undefined) places.add(after);
    } while (after !== undefined);
    expect(places.size).toBeGreaterThan(3);
    expect(await Promise.all([first, last].map(statusOf))).toEqual([404, 404]);
  });

  test("of other hours aren't copied when one goes, and those of its own are once for all lines of an import", async () => {
    for (const stream of await redis.keys(`${service.prefix}:receipts:{~*}`)) await redis.del(stream);
    const [one, other] = [newNamespace(), newNamespace()];
    const mine: string[] = [];
    for (let count = 0; count < 10; count++) mine.push(await asked([one, other]));
    const stream = await sharedStream();
    const home = (stream.match(/\{(.*)\}$/) ?? [])[1] ?? "";
    const hour = Number(home.split(".")[1]);
    // What an hour before held is much more than what this one does.
    const before = `~2592000.${hour - 1}`;
    const [entry] = (await redis.withTypeMapping(BYTES).xRange(stream, "-", "+", { COUNT: 1 })) ?? [];
    const stored = entry?.message["r"];
    if (stored === undefined) throw new Error("no receipt");
    const long = `${service.prefix}:receipts:{${before}}`;
    await Promise.all(Array.from({ length: 20_000 }, () => redis.xAdd(long, "*", { r: stored })));
    await redis.hSet(`${service.prefix}:receipt-homes:{~system}`, homeHash(before), before);

    await remember(service, one, { content: "a memory" });
    const exported = join(tempDir(), "export.jsonl");
    expect(await mneme(service, ["export", "--out", exported, "--namespace", one])).toMatchObject({
      code: 0,
    });
    const lines = linesOf(exported);
    const erased = mine.map((id) => ({
      kind: "erased",
      namespace: one,
      what: "receipt",
      id,
      at: Date.now(),
    }));
    const file = join(tempDir(), "erased.jsonl");
    forge(file, [...lines.slice(0, 1), ...erased, ...lines.slice(1)]);
    const read = await calls("xrange");
    expect(await mneme(service, ["import", file])).toMatchObject({ code: 0 });
    // Ten are looked up, and their stream is read once.
    expect((await calls("xrange")) - read).toBeLessThan(mine.length * 2 + FEW);
    expect(await Promise.all(mine.map(statusOf))).toEqual(mine.map(() => 404));

    const again = await asked([one, other]);
    const cleared = await calls("xrange");
    expect(await clear(one)).toMatchObject({ cursor: null });
    expect((await calls("xrange")) - cleared).toBeLessThan(FEW);
    expect(await statusOf(again)).toBe(404);
    expect(await redis.xLen(long)).toBe(20_000);
  });

  test("whose bytes were damaged keep no deletion and no export from going on", async () => {
    const [one, other] = [newNamespace(), newNamespace()];
    const id = await asked([one, other]);
    const stream = await sharedStream();
    const damaged = await redis.xAdd(stream, "*", { r: "\u0001\u0000" });
    const file = join(tempDir(), "all.jsonl");
    expect(await mneme(service, ["export", "--out", file, "--receipts"])).toMatchObject({ code: 0 });
    expect(await clear(one)).toMatchObject({ cursor: null });
    expect(await statusOf(id)).toBe(404);
    // It may be of others.
    expect(await redis.xRange(stream, damaged, damaged)).toHaveLength(1);
  });
});

test("receipts that were imported go with their namespace, without a look at other keys", async () => {
  await upgraded();
  const namespace = newNamespace();
  await remember(service, namespace, { content: "a memory" });
  const id = (await recall(service, { query: "a memory", namespaces: [namespace] })).receipt_id ?? "";
  const file = join(tempDir(), "export.jsonl");
  const scope = ["--namespace", namespace];
  expect(await mneme(service, ["export", "--out", file, ...scope, "--receipts"])).toMatchObject({ code: 0 });
  // As in another store, which didn't make it.
  await redis.del(`${service.prefix}:receipts:{${namespace}}`);
  expect(await mneme(service, ["import", file])).toMatchObject({ code: 0 });
  const kept = `${service.prefix}:receipt:${id}`;
  expect(await redis.exists(kept)).toBe(1);
  const before = await scans();
  const again = join(tempDir(), "again.jsonl");
  expect(await mneme(service, ["export", "--out", again, ...scope, "--receipts"])).toMatchObject({ code: 0 });
  expect(linesOf(again).filter(({ kind }) => kind === "receipt")).toHaveLength(1);
  bodyOf(await patchSettings(service, namespace, { pii: { email: "redact" } }), 200);
  bodyOf(await service.send("POST", `/v1/namespaces/${namespace}/pii/apply`, {}), 200);
  expect(await redis.exists(kept)).toBe(1);
  expect(await clear(namespace)).toMatchObject({ cursor: null });
  expect((await scans()) - before).toBeLessThan(FEW);
  expect(await redis.exists(kept)).toBe(0);
  expect(await redis.zScore(`${service.prefix}:receipt-ids:{~system}`, id)).toBeNull();
});

describe("state that an older release wrote", () => {
  test("is found before the upgrade has listed it, by a walk of which each page is one SCAN", async () => {
    await upgraded();
    const namespace = newNamespace();
    await fill(namespace);
    await withoutLists(namespace);
    await setState(service, namespace, "later", 1);
    const { contents } = await openedStores();
    const found = new Set<string>();
    const places = new Set<string>();
    let place: string | undefined;
    do {
      const before = await scans();
      const page = await contents.statePage(namespace, place);
      expect((await scans()) - before).toBeLessThan(FEW);
      for (const key of page.keys) found.add(key);
      place = page.next;
      // Each page goes on, so a deletion that is cut into requests comes to its end.
      expect(places).not.toContain(place);
      if (place !== undefined) places.add(place);
    } while (place !== undefined);
    expect(places.size).toBeGreaterThan(OTHERS / 2_000);
    expect([...found].toSorted()).toEqual(["again", "gone", "later", "one", "passing", "short", "two"]);
    expect(await clear(namespace)).toMatchObject({ cursor: null });
    expect(await leftOf(namespace)).toEqual([]);
  });

  test("is listed by the upgrade, with the histories of deleted documents", async () => {
    const namespace = newNamespace();
    await fill(namespace);
    await withoutLists(namespace);
    const again = await startService({ REDIS_URL: server.url, MNEME_KEY_PREFIX: service.prefix });
    onTestFinished(async () => void (await again.stop()));
    await upgraded();
    const names = await redis.zRange(`${service.prefix}:state-names:{${namespace}}`, 0, -1);
    expect(names.filter((key) => key !== "short")).toEqual(["again", "one", "two"]);
    const left = `${service.prefix}:state-left:{${namespace}}`;
    expect(await redis.zRange(left, 0, -1)).toEqual(["gone", "passing"]);
    // It ends with the last history.
    expect(await redis.pTTL(left)).toBeGreaterThan(7 * 24 * 3600 * 1000);
    expect(await clear(namespace)).toMatchObject({ cursor: null });
    expect(await leftOf(namespace)).toEqual([]);
  });
});
