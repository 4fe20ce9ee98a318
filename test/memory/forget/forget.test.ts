import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import type { Json, Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  ids,
  listAll,
  newNamespace,
  pathOf,
  postBatch,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { startRedisTap } from "../../support/redis/tap.js";
import { startService } from "../../support/service/service.js";
import { startWithRedis } from "../../support/redis/with-redis.js";

const { service, redis, keysOf } = await startWithRedis();

interface Forgotten {
  readonly ids: string[];
  readonly count: number;
  readonly examined: number;
  readonly dry_run: boolean;
  readonly cursor: string | null;
}

const send = (namespace: string, body: Json) =>
  service.send("POST", `/v1/namespaces/${namespace}/forget`, body);

/** Follows the cursor to the end. */
async function forget(
  namespace: string,
  body: Json,
  betweenPages: () => Promise<void> = async () => {},
): Promise<{ ids: string[]; pages: number; examined: number }> {
  const found: string[] = [];
  let [pages, examined] = [0, 0];
  let cursor: string | null = null;
  do {
    const page: Forgotten = bodyOf<Forgotten>(
      await send(namespace, { ...body, ...(cursor === null ? {} : { cursor }) }),
      200,
    );
    expect(page.count).toBe(page.ids.length);
    found.push(...page.ids);
    examined += page.examined;
    pages += 1;
    ({ cursor } = page);
    if (cursor !== null) await betweenPages();
  } while (cursor !== null);
  return { ids: found, pages, examined };
}

async function fill(namespace: string, inputs: readonly Json[]): Promise<Memory[]> {
  const results = await postBatch(
    service,
    namespace,
    inputs.map((input, index) => ({ content: `memory number ${index}`, memory_type: "semantic", ...input })),
  );
  return results.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
}

/** As if it had been recorded, or used, so long ago. */
async function age({ namespace, id }: Memory, seconds: number): Promise<void> {
  const key = `${service.prefix}:rec:{${namespace}}:${id}`;
  await redis.json.numIncrBy(key, "$.memory.recorded_at", -seconds * 1000);
}
async function usedAgo({ namespace, id }: Memory, count: number, seconds: number): Promise<void> {
  await redis.hSet(`${service.prefix}:uses:{${namespace}}`, id, `${count} ${Date.now() - seconds * 1000}`);
}

describe("a policy forgets", () => {
  test("what is too old, of the types it names", async () => {
    const namespace = newNamespace();
    const memories = await fill(namespace, [
      {},
      { memory_type: "episodic" },
      { memory_type: "procedural" },
      { memory_type: "episodic" },
    ]);
    for (const memory of memories.slice(1)) await age(memory, 5000);
    const policy = { max_age: 4000, memory_types: ["episodic", "semantic"] };
    const old = ids(memories.filter((_, index) => index === 1 || index === 3));
    expect((await forget(namespace, { policy, dry_run: true })).ids).toEqual(old);
    expect(await listAll(service, namespace)).toHaveLength(4);
    expect((await forget(namespace, { policy })).ids).toEqual(old);
    expect((await listAll(service, namespace)).map(({ memory_type }) => memory_type).toSorted()).toEqual([
      "procedural",
      "semantic",
    ]);
  });

  test.for([
    ["45s", 46, 44],
    ["30m", 1801, 1790],
    ["12h", 43_201, 43_190],
    ["90d", 7_776_001, 7_775_990],
    ["2w", 1_209_601, 1_209_590],
    [60, 61, 50],
    ["0s", 0, undefined],
  ] as const)("what is older than %s", async ([max_age, old, young]) => {
    const namespace = newNamespace();
    const memories = await fill(namespace, young === undefined ? [{}] : [{}, {}]);
    for (const [index, seconds] of [old, young ?? 0].entries())
      if (memories[index] !== undefined) await age(memories[index], seconds);
    const { ids: forgotten } = await forget(namespace, { policy: { max_age }, dry_run: true });
    expect(forgotten).toEqual([memories[0]?.id]);
  });

  test("what nobody has used for long, and spares what was", async () => {
    const namespace = newNamespace();
    const memories = await fill(namespace, [{}, {}, {}, {}]);
    for (const memory of memories.slice(0, 3)) await age(memory, 5000);
    await usedAgo(memories[1] as Memory, 3, 100);
    await usedAgo(memories[2] as Memory, 3, 4500);
    const policy = { inactive_for: 4000 };
    expect((await forget(namespace, { policy })).ids).toEqual([memories[0]?.id, memories[2]?.id]);
  });

  test("what fulfils every condition, and never what is pinned", async () => {
    const namespace = newNamespace();
    const importances = [0.1, 0.3, 0.5, 0.1, 0.1];
    const memories = await fill(
      namespace,
      importances.map((importance, index) => ({ importance, pinned: index === 3 })),
    );
    for (const memory of memories.slice(0, 4)) await age(memory, 5000);
    const policy = { max_age: 4000, min_importance: 0.3 };
    expect((await forget(namespace, { policy })).ids).toEqual([memories[0]?.id]);
    expect((await forget(namespace, { policy: { keep_top: 0 } })).ids).toHaveLength(3);
    expect(ids(await listAll(service, namespace))).toEqual([memories[3]?.id]);
  });

  test("all but the best, by the documented worth, over any number of pages", async () => {
    const namespace = newNamespace();
    const inputs = Array.from({ length: 300 }, (_, index) => ({ importance: ((index * 37) % 101) / 100 }));
    const memories = await fill(namespace, inputs);
    const counts = memories.map((_, index) => (index % 5) * 4);
    for (const [index, memory] of memories.entries()) {
      await usedAgo(memory, counts[index] ?? 0, (index % 7) * 86_400);
      await age(memory, 10 * 86_400);
    }
    const worth = (index: number) =>
      0.4 * (inputs[index]?.importance ?? 0) +
      0.3 * (Math.log2(1 + Math.min(15, counts[index] ?? 0)) / 4) +
      0.3 * 2 ** -((index % 7) / 30);
    const best = memories
      .map(({ id }, index) => ({ id, worth: worth(index) }))
      .toSorted((one, other) => other.worth - one.worth)
      .slice(0, 120);
    for (const limit of [7, 1000]) {
      const dry = await forget(namespace, { policy: { keep_top: 120 }, limit, dry_run: true });
      expect(dry.examined).toBe(300);
      expect(dry.ids).toHaveLength(180);
    }
    const { ids: gone, pages } = await forget(namespace, { policy: { keep_top: 120 }, limit: 40 });
    expect(pages).toBeGreaterThan(7);
    expect(gone).toHaveLength(180);
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(best.map(({ id }) => id).toSorted());
    expect((await forget(namespace, { policy: { keep_top: 120 } })).ids).toEqual([]);
  });
});

test("a walk spares memories that were recorded after it began, or pinned in between", async () => {
  const namespace = newNamespace();
  const memories = await fill(
    namespace,
    Array.from({ length: 30 }, () => ({})),
  );
  const last = memories.at(-1) as Memory;
  let rounds = 0;
  const { ids: gone } = await forget(namespace, { policy: { keep_top: 0 }, limit: 10 }, async () => {
    rounds += 1;
    await remember(service, namespace, { content: `since ${rounds}` });
    if (rounds === 1) await revise(service, last, { pinned: true });
  });
  expect(gone).toEqual(ids(memories.slice(0, -1)));
  expect((await listAll(service, namespace)).map(({ content }) => content)).toEqual(
    [last.content, ...Array.from({ length: rounds }, (_, index) => `since ${index + 1}`)].toReversed(),
  );
});

test("a forgotten memory goes with all that belongs to it, and each deletion is on record", async () => {
  const [namespace, shared] = [newNamespace(), newNamespace()];
  const memory = await remember(service, namespace, { content: "the fox" });
  await revise(service, memory, { content: "the red fox" });
  await service.send("POST", `${pathOf(memory)}/publish`, { to: shared, follow: true });
  await recall(service, { query: "fox", namespaces: [namespace] });
  expect((await read(service, memory)).expiry?.uses).toBe(1);
  expect((await forget(namespace, { policy: { keep_top: 0 }, dry_run: true })).ids).toEqual([memory.id]);
  expect((await forget(namespace, { policy: { keep_top: 0 } })).ids).toEqual([memory.id]);
  expect(await service.send("GET", `${pathOf(memory)}/versions`)).toMatchObject({ status: 404 });
  expect((await service.send("GET", pathOf({ namespace: shared, id: memory.id }))).status).toBe(404);
  const keys = await keysOf(namespace);
  expect(keys.filter((key) => !/^[^:]+:(seq|audit|audit-head|gone|rec)/.test(key))).toEqual([]);
  const trail = bodyOf<{ entries: { verb: string; outcome: string; ids?: string[] }[] }>(
    await service.send("GET", `/v1/audit?namespace=${namespace}&limit=100`),
    200,
  ).entries.filter(({ verb }) => verb === "forget");
  expect(trail.map(({ outcome }) => outcome).toSorted()).toEqual(["dry_run", "ok", "removed"]);
  expect(trail.find(({ outcome }) => outcome === "removed")?.ids).toEqual([memory.id]);
});

test("a policy, a cursor and a limit that can't be are refused, and named", async () => {
  const namespace = newNamespace();
  await fill(namespace, [{}, {}, {}]);
  const { cursor } = bodyOf<Forgotten>(
    await send(namespace, { policy: { keep_top: 2 }, limit: 1, dry_run: true }),
    200,
  );
  const cases: readonly [Json, string][] = [
    [{ policy: {} }, "policy"],
    [{ policy: { memory_types: ["semantic"] } }, "policy"],
    [{ policy: { max_age: -1 } }, "policy.max_age"],
    [{ policy: { max_age: 1.5 } }, "policy.max_age"],
    [{ policy: { max_age: "90" } }, "policy.max_age"],
    [{ policy: { max_age: "90 d" } }, "policy.max_age"],
    [{ policy: { max_age: "-1d" } }, "policy.max_age"],
    [{ policy: { max_age: "9999999999w" } }, "policy.max_age"],
    [{ policy: { inactive_for: "P90D" } }, "policy.inactive_for"],
    [{ policy: { max_age_seconds: 1, keep_top: 1 } }, "policy.max_age_seconds"],
    [{ policy: { keep_top: 1.5 } }, "policy.keep_top"],
    [{ policy: { min_importance: 2 } }, "policy.min_importance"],
    [{ policy: { keep_top: 1 }, limit: 0 }, "limit"],
    [{ policy: { keep_top: 3 }, cursor }, "cursor"],
    [{ policy: { keep_top: 2 }, cursor: "AAAA" }, "cursor"],
    [{}, "policy"],
  ];
  for (const [body, field] of cases) {
    expect(await send(namespace, body)).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) as unknown },
    });
  }
  expect(await send(newNamespace(), { policy: { keep_top: 2 }, cursor })).toMatchObject({ status: 400 });
  expect(await listAll(service, namespace)).toHaveLength(3);
});

describe("a policy with a filter forgets", () => {
  test("only what fulfils the filter, whatever its other conditions", async () => {
    const namespace = newNamespace();
    const memories = await fill(
      namespace,
      Array.from({ length: 30 }, (_, n) => ({
        metadata: { price: n, status: n % 2 === 0 ? "open" : "closed" },
        tags: n % 3 === 0 ? ["third"] : [],
        pinned: n === 12,
      })),
    );
    const policy = {
      filter: { tags: ["third"], metadata: { price: { gte: 9 }, not: { status: "closed" } } },
    };
    const wanted = [18, 24].map((n) => memories[n]?.id);
    expect((await forget(namespace, { policy, dry_run: true, limit: 2 })).ids).toEqual(wanted);
    expect(await listAll(service, namespace)).toHaveLength(30);
    expect((await forget(namespace, { policy, limit: 2 })).ids).toEqual(wanted);
    expect(ids(await listAll(service, namespace))).not.toEqual(expect.arrayContaining(wanted));
    expect(await listAll(service, namespace)).toHaveLength(28);
    const other = { ...policy, memory_types: ["episodic"] };
    expect((await forget(namespace, { policy: other, dry_run: true })).ids).toEqual([]);
  });

  test("nothing where the filter is empty or can't work: it is refused with its place", async () => {
    const namespace = newNamespace();
    await fill(namespace, [{ metadata: { price: 1 } }]);
    for (const [filter, field] of [
      [{}, "policy.filter"],
      [{ metadata: { price: { $near: 1 } } }, "policy.filter.metadata.price.$near"],
      [{ memory_type: "semantic" }, "policy.filter.memory_type"],
    ] as const) {
      const answer = await send(namespace, { policy: { filter } });
      expect(answer, JSON.stringify(filter)).toMatchObject({
        status: 400,
        body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) as unknown },
      });
    }
    expect(await listAll(service, namespace)).toHaveLength(1);
  });
});

test("the best of a namespace are decided in several requests where one takes too long", async () => {
  const namespace = newNamespace();
  const memories: Memory[] = [];
  for (let from = 0; from < 2400; from += 400) {
    const inputs = Array.from({ length: 400 }, (_, index) => ({
      content: `memory number ${from + index}`,
      importance: (from + index) / 2400,
    }));
    memories.push(...(await fill(namespace, inputs)));
  }
  const [middle] = memories.slice(1100);
  // The second page of the walk is held back for longer than a request looks.
  const tap = await startRedisTap(inject("redisUrl"), `:rec:{${namespace}}:${middle?.id}`);
  onTestFinished(() => tap.stop());
  const slow = await startService({ MNEME_KEY_PREFIX: service.prefix, REDIS_URL: tap.url });
  onTestFinished(async () => void (await slow.stop()));
  const policy = { keep_top: 100 };
  const path = `/v1/namespaces/${namespace}/forget`;
  const sent = slow.send("POST", path, { policy, limit: 1000 });
  // On a busy machine, the first page alone may take that long.
  await Promise.race([tap.held, sent]);
  await sleep(2_100);
  tap.release();
  const first = bodyOf<Forgotten>(await sent, 200);
  expect(first).toMatchObject({ ids: [], examined: 0 });
  expect(first.cursor).not.toBeNull();
  const walk = (await keysOf(namespace)).find((key) => key.includes(":forget-walk:")) ?? "";
  expect(await redis.pTTL(walk)).toBeGreaterThan(3_000_000);
  const gone: string[] = [];
  for (let { cursor } = first; cursor !== null;) {
    const page: Forgotten = bodyOf<Forgotten>(
      await service.send("POST", path, { policy, limit: 1000, cursor }),
      200,
    );
    gone.push(...page.ids);
    ({ cursor } = page);
  }
  expect(gone).toHaveLength(2300);
  expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids(memories.slice(2300)).toSorted());
  await redis.del(walk);
  const expired = await service.send("POST", path, { policy, limit: 1000, cursor: first.cursor });
  expect(expired).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
});
