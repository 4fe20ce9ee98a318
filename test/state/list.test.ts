import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import { getState, setState, statePath, transacted } from "../support/acts/state.js";
import { shareWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

interface Page {
  readonly documents: readonly { readonly key: string; readonly version: number }[];
  readonly cursor: string | null;
}

const list = (namespace: string, query = "") =>
  service.send("GET", `/v1/namespaces/${namespace}/state${query}`);

async function allKeys(namespace: string, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(prefix === "" ? {} : { prefix }) });
    if (cursor !== null) query.set("cursor", cursor);
    const page: Page = bodyOf<Page>(await list(namespace, `?${query.toString()}`), 200);
    expect(page.documents.length).toBeLessThanOrEqual(limit);
    keys.push(...page.documents.map(({ key }) => key));
    ({ cursor } = page);
  } while (cursor !== null);
  return keys;
}

describe("a list of state documents", () => {
  test("has each document once, in the order of keys, with all but its value", async () => {
    const namespace = newNamespace();
    expect(bodyOf<Page>(await list(namespace), 200)).toEqual({ documents: [], cursor: null });
    const odd = [
      "\u{1F40D}",
      "order/1",
      "order/10",
      "order/2",
      "Order/3",
      "order{x}:*",
      "[a",
      "(b",
      "+",
      "-",
    ];
    for (const key of odd) await setState(service, namespace, key, { secret: 1 });
    const inBytes = odd.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await allKeys(namespace, "", 3)).toEqual(inBytes);
    expect(await allKeys(namespace, "order/", 1)).toEqual(["order/1", "order/10", "order/2"]);
    expect(await allKeys(namespace, "order/9", 10)).toEqual([]);
    const slides = await setState(service, namespace, "order/1", 2, { ttl_seconds: 60, sliding: true });
    const { value: _, pii: __, ...listed } = slides as typeof slides & { pii?: unknown };
    expect(bodyOf<Page>(await list(namespace, "?prefix=order/1&limit=1"), 200)).toMatchObject({
      documents: [listed],
    });
  });

  test("skips documents that were deleted or have expired, and has those that came back", async () => {
    const namespace = newNamespace();
    for (const key of ["a", "b", "c"]) await setState(service, namespace, key, 1);
    await setState(service, namespace, "d", 1, { ttl_seconds: 1 });
    await service.send("DELETE", statePath(namespace, "a"));
    await transacted(service, namespace, {
      operations: [
        { op: "delete", key: "b" },
        { op: "set", key: "e", value: 1 },
      ],
    });
    await sleep(1100);
    expect(await allKeys(namespace, "", 10)).toEqual(["c", "e"]);
    await setState(service, namespace, "a", 2);
    await setState(service, namespace, "d", 2);
    expect(await allKeys(namespace, "", 1)).toEqual(["a", "c", "d", "e"]);
  });

  test("has every document of a transaction that wrote many", async () => {
    const namespace = newNamespace();
    const keys = Array.from({ length: 10 }, (_, i) => Array.from({ length: 64 }, (__, j) => `${i}/${j}`));
    for (const some of keys) {
      await transacted(service, namespace, { operations: some.map((key) => ({ op: "set", key, value: 1 })) });
    }
    expect((await allKeys(namespace, "", 200)).toSorted()).toEqual(keys.flat().toSorted());
  });

  test("has documents that were written before there was a list", async () => {
    const namespace = newNamespace();
    for (const key of ["x", "y", "z*"]) await setState(service, namespace, key, 1);
    await redis.del(`${service.prefix}:state-names:{${namespace}}`);
    await redis.hDel(`${service.prefix}:state-head:{${namespace}}`, "listed");
    await setState(service, namespace, "later", 1);
    expect(await allKeys(namespace, "", 10)).toEqual(["later", "x", "y", "z*"]);
  });

  test("loses what expired also where nobody reads it", async () => {
    const namespace = newNamespace();
    const names = `${service.prefix}:state-names:{${namespace}}`;
    const gone = Array.from({ length: 50 }, (_, i) => ({ score: 0, value: `gone ${i}` }));
    await setState(service, namespace, "first", 1);
    await redis.zAdd(names, gone);
    for (let i = 0; i < 60; i++) await setState(service, namespace, `new ${i}`, i);
    expect(await redis.zCard(names)).toBeLessThan(61 + 25);
    expect((await allKeys(namespace, "", 200)).length).toBe(61);
  });

  test("refuses a cursor of another prefix, and one that is none", async () => {
    const namespace = newNamespace();
    for (const key of ["a1", "a2"]) await setState(service, namespace, key, 1);
    const { cursor } = bodyOf<Page>(await list(namespace, "?limit=1&prefix=a"), 200);
    for (const query of [`?limit=1&cursor=${cursor}`, "?cursor=abc"]) {
      expect(await list(namespace, query)).toMatchObject({ status: 400 });
    }
  });

  test("is on record, and reading it doesn't restart a TTL", async () => {
    const namespace = newNamespace();
    const { expires_at } = await setState(service, namespace, "k", 1, { ttl_seconds: 60, sliding: true });
    await sleep(20);
    expect(bodyOf<Page>(await list(namespace), 200)).toMatchObject({ documents: [{ expires_at }] });
    expect((await getState(service, namespace, "k")).status).toBe(200);
    const trail = await service.send("GET", `/v1/audit?namespace=${namespace}`);
    const { entries } = trail.body as { entries: { verb: string }[] };
    expect(entries.map(({ verb }) => verb)).toContain("state.list");
  });
});
