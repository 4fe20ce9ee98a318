import { hash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { forge, linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, newNamespace, post, remember } from "../support/acts/memories.js";
import {
  clients,
  getState,
  keepAlive,
  putState,
  setState,
  statePath,
  transact,
} from "../support/acts/state.js";
import { isLong, runs } from "../support/run/long.js";
import { tempDir } from "../support/run/temp-dir.js";
import { putSettings, setQuota, usage } from "../support/service/namespaces.js";
import { startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let service: Service;
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
beforeAll(async () => {
  service = await startService();
  await redis.connect();
});
afterAll(async () => {
  redis.destroy();
  await service.stop();
});

/** What a version counts for, besides its key and its JSON. */
const VERSION = 128;
const sizeOf = (key: string, json: string): number =>
  VERSION + Buffer.byteLength(key) + Buffer.byteLength(json);

async function keysOf(prefix: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const page of redis.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 }))
    for (const key of page) found.add(key);
  return [...found];
}

/** The bytes of the state that Redis holds of a namespace, by looking at all of it. */
async function recount(namespace: string): Promise<number> {
  const keyIn = (kind: string): string => `${service.prefix}:${kind}:{${namespace}}:`;
  let sum = 0;
  for (const stored of await keysOf(keyIn("state"))) {
    const json = String(await redis.sendCommand(["JSON.GET", stored]));
    sum += sizeOf(stored.slice(keyIn("state").length), json);
  }
  for (const stored of await keysOf(keyIn("state-old"))) {
    for (const { message } of (await redis.xRange(stored, "-", "+")) ?? []) {
      const json = message["j"];
      if (json !== undefined) sum += sizeOf(stored.slice(keyIn("state-old").length), json);
    }
  }
  return sum;
}

async function expectCounted(namespace: string): Promise<void> {
  const { state_bytes, bytes } = await usage(service, namespace);
  expect({ state_bytes, bytes }).toEqual({ state_bytes: await recount(namespace), bytes: state_bytes });
}

const full = { status: 507, body: { code: "quota_exceeded" } };

const keyed = fc.constantFrom("a", "b", "clé", "{}:x");
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: "grapheme" }),
);
const life = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({ ttl_seconds: fc.constantFrom(900, 86_400, 31_536_000) }),
);
const operation = fc.oneof(
  fc.record({ op: fc.constant("set"), key: keyed, value }),
  fc.record({ op: fc.constant("set"), key: keyed, value: fc.constantFrom({ n: 1.5, list: [1] }, 7) }),
  fc.record({ op: fc.constant("set"), key: keyed, path: fc.constant("$.n"), value: fc.integer() }),
  fc.record({ op: fc.constant("merge"), key: keyed, value: fc.dictionary(fc.constantFrom("n", "m"), value) }),
  fc.record({ op: fc.constant("increment"), key: keyed, by: fc.constantFrom(1, -0.25, 1e6) }),
  fc.record({ op: fc.constant("increment"), key: keyed, by: fc.constant(3), path: fc.constant("$.n") }),
  fc.record({ op: fc.constant("delete"), key: keyed }),
);
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("put"), key: keyed, value, life, sliding: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("patch"),
      key: keyed,
      value: fc.dictionary(fc.string({ maxLength: 3 }), value),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("transact"),
      operations: fc.array(operation, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("delete"), key: keyed }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("read"), key: keyed }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("quota"), bytes: fc.constantFrom(null, 400, 1500) }) },
  { weight: 1, arbitrary: fc.constantFrom({ act: "clear" } as const, { act: "move" } as const) },
);

test("any sequence of acts leaves the bytes of state as a recount finds them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      let namespace = newNamespace();
      for (const one of acts) {
        if (one.act === "put") {
          const sliding = "ttl_seconds" in one.life && one.sliding ? { sliding: true } : {};
          await putState(service, namespace, one.key, { value: one.value, ...one.life, ...sliding });
        } else if (one.act === "patch") {
          await service.send("PATCH", statePath(namespace, one.key), one.value);
        } else if (one.act === "transact") {
          await transact(service, namespace, { operations: one.operations });
        } else if (one.act === "delete") {
          await service.send("DELETE", statePath(namespace, one.key));
        } else if (one.act === "read") {
          await getState(service, namespace, one.key);
        } else if (one.act === "quota") {
          await setQuota(service, namespace, one.bytes === null ? {} : { bytes: one.bytes });
        } else if (one.act === "clear") {
          await service.send("DELETE", `/v1/namespaces/${namespace}`);
          expect(await usage(service, namespace)).toMatchObject({ bytes: 0, state_bytes: 0 });
        } else {
          namespace = await moved(namespace);
        }
        await expectCounted(namespace);
      }
      await service.send("DELETE", `/v1/namespaces/${namespace}`);
      expect(await usage(service, namespace)).toMatchObject({ bytes: 0, state_bytes: 0 });
    }),
    { numRuns: runs(25) },
  );
}, 120_000);

/** The namespace's content in another one, by export and import. */
async function moved(namespace: string): Promise<string> {
  const file = join(tempDir(), "export.jsonl");
  const into = newNamespace();
  await mneme(service, ["export", "--namespace", namespace, "--out", file]);
  await mneme(service, ["import", file, "--into", into]);
  return into;
}

test("a quota of bytes refuses each write of state that needs more, and no deletion", async () => {
  const namespace = newNamespace();
  await setState(service, namespace, "kept", { text: "x".repeat(1000), n: 1 });
  const { state_bytes } = await usage(service, namespace);
  await setQuota(service, namespace, { bytes: state_bytes + 1500 });
  const large = { text: "y".repeat(1400) };
  const path = statePath(namespace, "kept");
  const refused = [
    await putState(service, namespace, "new", { value: large }),
    await service.send("PATCH", path, large),
    await transact(service, namespace, { operations: [{ op: "set", key: "new", value: large }] }),
    await transact(service, namespace, { operations: [{ op: "merge", key: "kept", value: large }] }),
    await transact(service, namespace, {
      operations: [
        { op: "increment", key: "kept", by: 1, path: "$.n" },
        { op: "increment", key: "kept", by: 1, path: "$.n" },
      ],
    }),
  ];
  for (const answer of refused) expect(answer).toMatchObject(full);
  const trail = await service.send("GET", `/v1/audit?namespace=${namespace}&outcome=quota`);
  expect(bodyOf<{ entries: unknown[] }>(trail, 200).entries).toHaveLength(refused.length);
  expect(await usage(service, namespace)).toMatchObject({ bytes: state_bytes, state_bytes });

  // What fits is written: a patch that makes the document smaller needs room for the old version alone.
  expect((await service.send("PATCH", path, { text: "x" })).status).toBe(200);
  await expectCounted(namespace);
  const before = await usage(service, namespace);
  await setQuota(service, namespace, { bytes: before.bytes });
  expect(await putState(service, namespace, "kept", { value: 1 })).toMatchObject(full);
  expect(await post(service, namespace, { content: "no room" })).toMatchObject(full);
  expect((await service.send("DELETE", path)).status).toBe(204);
  expect((await usage(service, namespace)).bytes).toBe(before.bytes);
  await expectCounted(namespace);
});

test("32 writers at once write exactly as many documents as a quota has room for", async () => {
  const namespace = newNamespace();
  const digits = "0123456789";
  const each = sizeOf("k10", JSON.stringify(digits));
  await setQuota(service, namespace, { bytes: 11 * each + each - 1 });
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      putState(service, namespace, `k${index + 10}`, { value: digits }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(11);
  expect(statuses.filter((status) => status === 507)).toHaveLength(21);
  expect((await usage(service, namespace)).state_bytes).toBe(11 * each);
});

test("a full namespace takes state again as soon as memories have expired", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "brief", ttl_seconds: 1 });
  const { bytes } = await usage(service, namespace);
  await setQuota(service, namespace, { bytes });
  expect(await putState(service, namespace, "k", { value: 1 })).toMatchObject(full);
  await until(
    () => putState(service, namespace, "k", { value: 1 }),
    ({ status }) => status === 201,
  );
});

test("an import beyond the quota is refused", async () => {
  const [from, into] = [newNamespace(), newNamespace()];
  await setState(service, from, "a", "x".repeat(400));
  await setState(service, from, "b", "x".repeat(400));
  const file = join(tempDir(), "export.jsonl");
  await mneme(service, ["export", "--namespace", from, "--out", file]);
  await setQuota(service, into, { bytes: 800 });
  const { code, stderr } = await mneme(service, ["import", file, "--into", into]);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("quota") as string });
  await expectCounted(into);
});

test("an import's old versions obey the quota, of documents, deleted ones too, and of memories", async () => {
  const [live, deleted, memories] = [newNamespace(), newNamespace(), newNamespace()];
  for (const namespace of [live, deleted])
    for (let index = 0; index < 9; index++) await setState(service, namespace, "k", `${index}`.repeat(1000));
  await service.send("DELETE", statePath(deleted, "k"));
  const { id } = await remember(service, memories, { content: "x".repeat(1000) });
  for (let index = 0; index < 9; index++) {
    const path = `/v1/namespaces/${memories}/memories/${id}`;
    const { status } = await service.send("PATCH", path, { content: `${index}`.repeat(1000) });
    expect(status).toBe(200);
  }
  for (const from of [live, deleted, memories]) {
    const file = join(tempDir(), "export.jsonl");
    await mneme(service, ["export", "--namespace", from, "--out", file]);
    const most = Math.ceil((await usage(service, from)).bytes / 2);
    const into = newNamespace();
    await setQuota(service, into, { bytes: most });
    const { code, stderr } = await mneme(service, ["import", file, "--into", into]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("quota") as string });
    const { bytes } = await usage(service, into);
    expect(bytes).toBeLessThanOrEqual(most);
    expect(bytes).toBeGreaterThan(most / 2);
    // What was taken in stays, and the rest follows once there is room.
    await setQuota(service, into, {});
    expect((await mneme(service, ["import", file, "--into", into, "--on-conflict", "overwrite"])).code).toBe(
      0,
    );
    expect((await usage(service, into)).bytes).toBeGreaterThan(1.8 * most);
  }
});

test("old versions and expired documents count for history's time, and no longer", async () => {
  const brief = await startService({ STATE_HISTORY_SECONDS: "4" });
  onTestFinished(async () => void (await brief.stop()));
  const namespace = newNamespace();
  const started = performance.now();
  for (let index = 0; index < 5; index++) await setState(brief, namespace, "kept", index);
  await setState(brief, namespace, "brief", "x".repeat(500), { ttl_seconds: 1 });
  await setState(brief, namespace, "slides", "x".repeat(500), { ttl_seconds: 3, sliding: true });
  await setState(brief, namespace, "gone", "x".repeat(500));
  await brief.send("DELETE", statePath(namespace, "gone"));
  const kept = sizeOf("kept", "4");
  const slides = sizeOf("slides", JSON.stringify("x".repeat(500)));
  expect((await usage(brief, namespace)).state_bytes).toBe(
    5 * kept +
      slides +
      sizeOf("brief", JSON.stringify("x".repeat(500))) +
      sizeOf("gone", JSON.stringify("x".repeat(500))),
  );
  // Reading keeps one of them; the others end within a quarter more than their time.
  await until(
    async () => {
      await getState(brief, namespace, "slides");
      return usage(brief, namespace);
    },
    ({ state_bytes }) => state_bytes === kept + slides,
  );
  expect(performance.now() - started).toBeGreaterThan(2500);
  await until(
    () => usage(brief, namespace),
    ({ state_bytes }) => state_bytes === kept,
  );
  await brief.send("DELETE", `/v1/namespaces/${namespace}`);
  expect(await usage(brief, namespace)).toMatchObject({ bytes: 0, state_bytes: 0 });
});

test("retention by a namespace's settings shortens what counts", async () => {
  const namespace = newNamespace();
  for (let index = 0; index < 3; index++) await setState(service, namespace, "k", index);
  await setState(service, namespace, "deleted", 1);
  await service.send("DELETE", statePath(namespace, "deleted"));
  await expectCounted(namespace);
  const answer = await putSettings(service, namespace, { retention: { state_history_seconds: 3600 } });
  expect(answer.status).toBe(200);
  await setState(service, namespace, "k", 3);
  await expectCounted(namespace);
});

/** `node scripts/run.mjs test-long` does it with all of them. */
const DOCUMENTS = isLong ? 20_000 : 400;

test(
  "many documents are counted to the byte, and so is their deletion",
  async () => {
    const namespace = newNamespace();
    const fast = keepAlive(service, 16);
    onTestFinished(() => fast.close());
    await clients(16, DOCUMENTS / 16, async (client, round) => {
      const path = statePath(namespace, `${client}-${round}`);
      const { status } = await fast.send("PUT", path, { value: { round, text: "x".repeat(round % 100) } });
      expect(status).toBe(201);
      if (round % 4 === 0) await fast.send("PUT", path, { value: round });
      if (round % 8 === 0) await fast.send("DELETE", path);
    });
    await expectCounted(namespace);
    await service.send("DELETE", `/v1/namespaces/${namespace}`);
    expect(await usage(service, namespace)).toMatchObject({ bytes: 0, state_bytes: 0 });
  },
  isLong ? 600_000 : 60_000,
);

test("state of a release that didn't count it is counted by the upgrade, or by the write that comes first", async () => {
  const namespace = newNamespace();
  for (const key of ["a", "b", "c"])
    for (let index = 0; index < 3; index++)
      await setState(service, namespace, key, { index, text: "x".repeat(index) });
  await setState(service, namespace, "brief", "x", { ttl_seconds: 900 });
  const { state_bytes } = await usage(service, namespace);
  // As that release left it.
  const named = (kind: string): string => `${service.prefix}:${kind}:{${namespace}}`;
  for (const key of ["a", "b", "c", "brief"]) await redis.hDel(`${named("state-facts")}:${key}`, "z");
  await redis.hDel(named("state-head"), ["bytes", "first", "span"]);
  await redis.del(named("state-ends"));
  expect((await usage(service, namespace)).state_bytes).toBe(0);

  await setState(service, namespace, "b", { index: 3 });
  await service.send("DELETE", statePath(namespace, "c"));
  await beginUpgrade();
  const next = await startService({ MNEME_KEY_PREFIX: service.prefix });
  onTestFinished(async () => void (await next.stop()));
  const added = sizeOf("b", JSON.stringify({ index: 3 }));
  await until(
    () => usage(next, namespace),
    (found) => found.state_bytes === state_bytes + added,
  );
  await expectCounted(namespace);
  await setState(next, namespace, "a", 1);
  await expectCounted(namespace);
});

/** The next process looks at all keys, also where one that was stopped had come further. */
const beginUpgrade = () => redis.hDel(`${service.prefix}:upgrades`, ["reached", "target"]);

/** More old versions than one script looks at. */
const MANY = 450;

async function versioned(namespace: string, key: string): Promise<void> {
  const operations = (from: number) =>
    Array.from({ length: 50 }, (_, index) => ({ op: "set", key, value: { index: from + index } }));
  for (let from = 0; from < MANY; from += 50)
    expect((await transact(service, namespace, { operations: operations(from) })).status).toBe(200);
}

test("a long history of a release that didn't count state is counted in steps, by writes or by the upgrade", async () => {
  const namespace = newNamespace();
  for (const key of ["written", "left"]) await versioned(namespace, key);
  await expectCounted(namespace);
  const named = (kind: string): string => `${service.prefix}:${kind}:{${namespace}}`;
  for (const key of ["written", "left"]) await redis.hDel(`${named("state-facts")}:${key}`, "z");
  await redis.hDel(named("state-head"), ["bytes", "first", "span"]);
  await redis.del(named("state-ends"));

  const counted: number[] = [];
  for (let index = 0; index < 3; index++) {
    await setState(service, namespace, "written", index);
    counted.push((await usage(service, namespace)).state_bytes);
  }
  const each = sizeOf("written", JSON.stringify({ index: 100 }));
  // Each of them looked at 200 old versions at most.
  expect(counted[0]).toBeGreaterThan(150 * each);
  expect(counted[0]).toBeLessThan(205 * each);
  expect(counted[1]).toBeLessThan(410 * each);
  expect(counted[2]).toBeGreaterThan(440 * each);

  await beginUpgrade();
  const next = await startService({ MNEME_KEY_PREFIX: service.prefix });
  onTestFinished(async () => void (await next.stop()));
  const whole = await recount(namespace);
  await until(
    () => usage(next, namespace),
    ({ state_bytes }) => state_bytes === whole,
  );
  await setState(next, namespace, "left", 1);
  await expectCounted(namespace);
  for (const key of ["written", "left"]) await next.send("DELETE", statePath(namespace, key));
  await next.send("DELETE", `/v1/namespaces/${namespace}`);
  expect(await usage(next, namespace)).toMatchObject({ bytes: 0, state_bytes: 0 });
});

test("imported lines that cut off a history count out what they cut off, of an imported document too", async () => {
  const [from, into] = [newNamespace(), newNamespace()];
  await versioned(from, "long");
  const file = join(tempDir(), "export.jsonl");
  await mneme(service, ["export", "--namespace", from, "--out", file]);
  expect((await mneme(service, ["import", file, "--into", into])).code).toBe(0);
  for (let index = 0; index < 5; index++) await setState(service, into, "long", index);
  await expectCounted(into);
  const [manifest] = linesOf(file);
  const id = hash("sha1", "long");
  for (const namespace of [into, from]) {
    const history = `${service.prefix}:state-old:{${namespace}}:long`;
    const times = ((await redis.xRange(history, "-", "+")) ?? []).map((entry) => parseInt(entry.id, 10));
    for (const at of [times[3], times[260], times[448]]) {
      const cut = join(tempDir(), "cut.jsonl");
      forge(cut, [manifest, { kind: "erased", namespace, what: "state_history", id, at }]);
      const { code, stderr } = await mneme(service, ["import", cut]);
      expect(code, stderr).toBe(0);
      const left = ((await redis.xRange(history, "-", "+")) ?? []).map((entry) => parseInt(entry.id, 10));
      expect(left).toEqual(times.filter((time) => time > (at ?? 0)));
      await expectCounted(namespace);
    }
  }
});
