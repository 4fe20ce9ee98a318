import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { cursorsOf } from "../../../src/domain/cursor.js";
import { as, createKey, keyFor } from "../../support/acts/access.js";
import { begin, finished, readRun, runsOf } from "../../support/acts/consolidations.js";
import { entityPath, tell } from "../../support/acts/facts.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  ids,
  listAll,
  listPath,
  newNamespace,
  pathOf,
  postBatch,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import { startService, until } from "../../support/service/service.js";
import { append, sessionPath, user } from "../../support/acts/sessions.js";
import { statePath } from "../../support/acts/state.js";
import { startWithRedis } from "../../support/redis/with-redis.js";

const { service, redis, keysOf } = await startWithRedis();

interface Deletion {
  readonly dry_run: boolean;
  readonly memories: number;
  readonly sessions: number;
  readonly state_documents: number;
  readonly cursor: string | null;
}

async function clear(
  namespace: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Omit<Deletion, "cursor" | "dry_run">> {
  const total = { memories: 0, sessions: 0, state_documents: 0 };
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...parameters, ...(cursor === null ? {} : { cursor }) });
    const page: Deletion = bodyOf<Deletion>(
      await service.send("DELETE", `/v1/namespaces/${namespace}?${query.toString()}`),
      200,
    );
    expect(page.dry_run).toBe(parameters["dry_run"] === "true");
    total.memories += page.memories;
    total.sessions += page.sessions;
    total.state_documents += page.state_documents;
    ({ cursor } = page);
  } while (cursor !== null);
  return total;
}

async function fill(namespace: string, count: number, input: (n: number) => Json): Promise<Memory[]> {
  const stored: Memory[] = [];
  for (let from = 0; from < count; from += 500) {
    const bodies = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
      content: `memory number ${from + index}`,
      memory_type: "semantic",
      ...input(from + index),
    }));
    const results = await postBatch(service, namespace, bodies);
    stored.push(...results.flatMap(({ memory }) => memory ?? []));
  }
  expect(stored).toHaveLength(count);
  return stored;
}

/** What kinds of keys a namespace has: `mneme:rec:{…}:id` is `rec`. */
async function kindsOf(namespace: string): Promise<string[]> {
  const names = await keysOf(namespace);
  return [
    ...new Set(names.map((key) => key.slice(service.prefix.length + 1).split(":")[0] ?? "")),
  ].toSorted();
}

/** Something of everything that a namespace can hold. */
async function everything(namespace: string): Promise<void> {
  bodyOf(await putSettings(service, namespace, { quota: { memories: 1000 } }), 200);
  const memory = await remember(service, namespace, {
    content: "zanzibar one",
    metadata: { a: 1 },
    tags: ["t"],
  });
  await revise(service, memory, { content: "zanzibar two" });
  await remember(service, namespace, { content: "zanzibar pinned", pinned: true });
  await tell(service, namespace, ["zanzibar", "lies in", "Tanzania"]);
  bodyOf(await service.send("PUT", entityPath(namespace, "zanzibar"), { aliases: ["Unguja"] }), 200);
  const item = `/v1/namespaces/${namespace}/items/zanzibar`;
  bodyOf(await service.send("PUT", item, { content: "zanzibar item" }), 201);
  const interaction = { session_id: "s", input: "zanzibar?", response: "zanzibar!" };
  bodyOf(await service.send("POST", `/v1/namespaces/${namespace}/interactions`, interaction), 201);
  await append(service, namespace, "zanzibar session", user("zanzibar said"));
  for (const value of [1, 2]) {
    const answer = await service.send("PUT", statePath(namespace, "zanzibar state"), {
      value: { zanzibar: value },
    });
    expect([200, 201]).toContain(answer.status);
  }
  bodyOf(await service.send("PUT", statePath(namespace, "gone"), { value: "zanzibar gone" }), 201);
  expect((await service.send("DELETE", statePath(namespace, "gone"))).status).toBe(204);
  for (const namespaces of [[namespace], [namespace, "elsewhere"]])
    expect((await recall(service, { query: "zanzibar", namespaces })).hits.length).toBeGreaterThan(0);
  const begun = await begin(service, namespace, {});
  expect(begun.status).toBe(202);
  const { id } = begun.body as { id: string };
  await until(
    () => readRun(service, namespace, id),
    ({ status }) => status === "done" || status === "failed",
  );
}

describe("deleting a namespace", () => {
  // What is left in Redis: test/kinds.
  test("leaves nothing that a reader finds, and touches no other namespace", async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    await everything(namespace);
    await everything(`${namespace}.below`);
    await everything(other);
    const before = await kindsOf(other);
    const present = await listAll(service, namespace);

    const dry = await clear(namespace, { dry_run: "true" });
    expect(await listAll(service, namespace)).toHaveLength(present.length);
    const done = await clear(namespace);
    expect(done).toEqual(dry);
    expect(done.memories).toBeGreaterThanOrEqual(present.length);
    expect(done).toMatchObject({ sessions: 2, state_documents: 1 });

    expect(await kindsOf(namespace)).toEqual(expect.arrayContaining(["audit", "settings"]));
    expect(await listAll(service, namespace)).toEqual([]);
    expect((await recall(service, { query: "zanzibar", namespaces: [namespace] })).hits).toEqual([]);
    expect((await service.send("GET", statePath(namespace, "zanzibar state"))).status).toBe(404);
    expect((await service.send("GET", `${statePath(namespace, "zanzibar state")}/history`)).status).toBe(404);
    expect((await service.send("GET", `${sessionPath(namespace, "zanzibar session")}/messages`)).status).toBe(
      404,
    );
    expect((await service.send("GET", runsOf(namespace))).body).toMatchObject({ consolidations: [] });
    expect((await service.send("GET", `/v1/namespaces/${namespace}/entities`)).body).toMatchObject({
      entities: [],
    });
    expect((await service.send("GET", `/v1/namespaces/${namespace}/usage`)).body).toMatchObject({
      memories: 0,
      bytes: 0,
      session_bytes: 0,
      quota: { memories: 1000 },
    });
    // Neither another namespace nor one below it is touched.
    expect(await kindsOf(other)).toEqual(before);
    expect(await listAll(service, `${namespace}.below`)).toHaveLength(present.length);
    expect(await clear(namespace)).toEqual({ memories: 0, sessions: 0, state_documents: 0 });
    await everything(namespace);
    expect(await listAll(service, namespace)).toHaveLength(present.length);
  });

  test("leaves what was written after the first request, and counts no expired document", async () => {
    const namespace = newNamespace();
    const put = async (key: string, value: unknown, rest: Json = {}) =>
      expect([200, 201]).toContain(
        (await service.send("PUT", statePath(namespace, key), { value, ...rest })).status,
      );
    const versionsOf = async (key: string) => {
      const answer = await service.send("GET", `${statePath(namespace, key)}/history`);
      return bodyOf<{ versions: unknown[] }>(answer, 200).versions.length;
    };
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    await put("ended", 1, { ttl_seconds: 1 });
    await until(
      async () => (await service.send("GET", statePath(namespace, "ended"))).status,
      (status) => status === 404,
    );
    await put("again", 1);
    expect((await service.send("DELETE", statePath(namespace, "again"))).status).toBe(204);
    await put("old", 1);
    await append(service, namespace, "customer Ann", user("Hello."));
    await pause();
    const change = await redis.hGet(`${service.prefix}:state-head:{${namespace}}`, "number");
    const start = `${Date.now()} ${change} m`;
    await pause();
    for (const key of ["old", "again", "new", "new"]) await put(key, 2);
    await append(service, namespace, "later", user("Hello."));
    await remember(service, namespace, { content: "later" });
    const run = bodyOf<{ id: string }>(await begin(service, namespace, { dry_run: true }), 202);
    await finished(service, namespace, run.id);

    const cursor = cursorsOf("namespace or filter", namespace, "all").write(start) ?? "";
    const gone = { memories: 0, sessions: 1, state_documents: 1 };
    expect(await clear(namespace, { cursor, dry_run: "true" })).toEqual(gone);
    expect(await clear(namespace, { cursor })).toEqual(gone);
    expect((await service.send("GET", statePath(namespace, "old"))).status).toBe(404);
    for (const key of ["again", "new"])
      expect((await service.send("GET", statePath(namespace, key))).status).toBe(200);
    expect(await Promise.all(["again", "new"].map(versionsOf))).toEqual([1, 2]);
    expect((await service.send("GET", `${sessionPath(namespace, "later")}/messages`)).status).toBe(200);
    expect(await listAll(service, namespace)).toHaveLength(1);
    expect((await service.send("GET", `${runsOf(namespace)}/${run.id}`)).status).toBe(200);
    expect(
      JSON.stringify(await redis.xRange(`${service.prefix}:audit:{${namespace}}`, "-", "+")),
    ).not.toContain("customer");
  });

  test("with a filter deletes what fulfils it, and counts the same beforehand", async () => {
    const namespace = newNamespace();
    const memories = await fill(namespace, 60, (n) => ({
      metadata: { price: n },
      tags: n % 2 === 0 ? ["even"] : [],
      pinned: n === 50,
    }));
    await append(service, namespace, "s", user("Hello."));
    const metadata = JSON.stringify({ price: { gte: 40, not: { in: [44] } } });
    const wanted = [40, 42, 46, 48, 50, 52, 54, 56, 58].map((n) => memories[n]?.id);
    const parameters = { tag: "even", metadata };
    expect(await clear(namespace, { ...parameters, dry_run: "true" })).toEqual({
      memories: wanted.length,
      sessions: 0,
      state_documents: 0,
    });
    expect(await listAll(service, namespace)).toHaveLength(60);
    expect((await clear(namespace, parameters)).memories).toBe(wanted.length);
    const left = ids(await listAll(service, namespace)).toSorted();
    expect(left).toEqual(ids(memories).filter((id) => !wanted.includes(id)));
    expect((await service.send("GET", `${sessionPath(namespace, "s")}/messages`)).status).toBe(200);
  });

  test("updates published copies that follow, as a deletion does", async () => {
    const [namespace, shared] = [newNamespace(), newNamespace()];
    const origin = await remember(service, namespace, { content: "published" });
    const copy = bodyOf<Memory>(
      await service.send("POST", `${pathOf(origin)}/publish`, { to: shared, follow: true }),
      201,
    );
    await clear(namespace);
    await until(
      async () => (await service.send("GET", pathOf(copy))).status,
      (status) => status === 404,
    );
  });

  test("is on record, for itself and for each memory", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "on record" });
    await clear(namespace);
    const page = await service.send("GET", `/v1/audit?namespace=${namespace}&verb=namespace.delete`);
    const { entries } = bodyOf<{ entries: { outcome: string; ids: string[] }[] }>(page, 200);
    expect(entries.some(({ ids: named }) => named.includes(memory.id))).toBe(true);
    expect(entries.length).toBeGreaterThan(1);
  });

  test("refuses a filter that can't work, and one that is empty, before anything is deleted", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "kept" });
    for (const [query, field] of [
      ["metadata=%7B%7D", "metadata"],
      ["metadata=%7B%22price%22%3A%7B%22%24near%22%3A1%7D%7D", "metadata.price.$near"],
      ["metadata=nonsense", "metadata"],
      ["tags=x", "tags"],
      ["tag=", "tag"],
      ["memory_type=", "memory_type"],
      ["from=yesterday", "from"],
      ["cursor=nonsense", "cursor"],
      ["dry_run=yes", "dry_run"],
    ] as const) {
      const answer = await service.send("DELETE", `/v1/namespaces/${namespace}?${query}`);
      expect(answer.status, query).toBe(400);
      const { errors } = answer.body as { errors: { field: string }[] };
      expect(errors[0]?.field, query).toMatch(new RegExp(`^${field.replaceAll("$", String.raw`\$`)}`));
    }
    expect(await listAll(service, namespace)).toHaveLength(1);
  });

  test("is complete over 3,000 memories, and goes on where a cursor says", async () => {
    const namespace = newNamespace();
    await fill(namespace, 3000, (n) => ({ metadata: { n } }));
    expect((await clear(namespace, { metadata: JSON.stringify({ n: { lt: 1000 } }) })).memories).toBe(1000);
    expect((await clear(namespace)).memories).toBe(2000);
    expect(await listAll(service, namespace)).toEqual([]);
    expect((await kindsOf(namespace)).filter((kind) => ["rec", "old", "vec", "hash"].includes(kind))).toEqual(
      [],
    );
  });
});

test("deleting without a filter takes admin, so that a writer can't wipe a namespace by leaving it out", async () => {
  const own = await startService();
  try {
    const root = as(own, (await createKey(own)).key);
    const namespace = newNamespace();
    const writer = as(own, await keyFor(root, namespace, ["read", "write"]));
    const admin = as(own, await keyFor(root, namespace, ["read", "write", "admin"]));
    await remember(writer, namespace, { content: "a", tags: ["x"] });
    await remember(writer, namespace, { content: "b" });
    const path = `/v1/namespaces/${namespace}`;
    expect((await writer.send("DELETE", path)).status).toBe(403);
    expect(await writer.send("DELETE", `${path}?tag=x`)).toMatchObject({
      status: 200,
      body: { memories: 1 },
    });
    expect(await admin.send("DELETE", path)).toMatchObject({ status: 200, body: { memories: 1 } });
    expect(await writer.send("GET", listPath(namespace))).toMatchObject({ body: { memories: [] } });
  } finally {
    await own.stop();
  }
});

test("a deletion whose client has gone ends after the page that it is at", async () => {
  const namespace = newNamespace();
  for (let batch = 0; batch < 30; batch++) {
    await postBatch(
      service,
      namespace,
      Array.from({ length: 100 }, (_, index) => ({ memory_type: "semantic", content: `${batch} ${index}` })),
    );
  }
  const left = async () =>
    (await service.send("GET", `/v1/namespaces/${namespace}/usage`)).body as { memories: number };
  const leaving = new AbortController();
  const gone = service
    .send("DELETE", `/v1/namespaces/${namespace}`, undefined, { signal: leaving.signal })
    .catch(() => "gone");
  await until(left, ({ memories }) => memories < 3_000);
  leaving.abort();
  expect(await gone).toBe("gone");
  await sleep(3_000);
  const { memories } = await left();
  expect(memories).toBeGreaterThan(0);
  await sleep(1_000);
  expect((await left()).memories).toBe(memories);
});
