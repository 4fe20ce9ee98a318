import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditPage } from "../../support/audit/page.js";
import { HOSTILE, LONE_SURROGATES } from "../../support/hostile.js";
import { createItem, itemPath, readItem, sendItem } from "../../support/acts/items.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  listAll,
  newNamespace,
  pathOf,
  post,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";

let services: readonly [Service, Service];
let service: Service;
beforeAll(async () => {
  service = await startService();
  services = [service, await startService({ MNEME_KEY_PREFIX: service.prefix })];
});
afterAll(() => Promise.all(services.map((each) => each.stop())));

describe("PUT", () => {
  test("creates a semantic memory under the key, with its version as ETag", async () => {
    const namespace = newNamespace();
    const input = { content: "Likes green tea.", metadata: { cups: 2 }, tags: ["drinks"], trust_score: 0.5 };
    const answer = await sendItem(service, namespace, "tea", input);
    expect(answer).toMatchObject({
      status: 201,
      body: { ...input, key: "tea", memory_type: "semantic", version: 1 },
    });
    expect(answer.headers.get("etag")).toBe('"1"');
    const memory = answer.body as Memory;
    expect(answer.headers.get("location")).toBe(pathOf(memory));
    expect(await readItem(service, namespace, "tea")).toEqual(memory);
    expect(await read(service, memory)).toMatchObject(memory);
  });

  test("makes the next version of the same memory, and replaces what is left out", async () => {
    const namespace = newNamespace();
    const input = {
      content: "a",
      metadata: { old: 1, both: 1 },
      tags: ["t"],
      trust_score: 0.5,
      agent_id: "x",
    };
    const first = await createItem(service, namespace, "k", input);
    const next = bodyOf<Memory>(
      await sendItem(service, namespace, "k", { content: "b", metadata: { both: 2 } }),
      200,
    );
    expect(next).toMatchObject({
      id: first.id,
      recorded_at: first.recorded_at,
      version: 2,
      content: "b",
      metadata: { both: 2 },
      tags: [],
      trust_score: 1,
      agent_id: null,
      seen_count: 1,
    });
    expect(await readItem(service, namespace, "k")).toEqual(next);
  });

  test("changes nothing where nothing differs", async () => {
    const namespace = newNamespace();
    const input = { content: "same", metadata: { a: [1, { b: null }] }, tags: ["t"] };
    const first = await createItem(service, namespace, "k", input);
    expect(await sendItem(service, namespace, "k", input)).toMatchObject({ status: 200, body: first });
    expect(await readItem(service, namespace, "k")).toEqual(first);
  });

  test("keeps equal contents under other keys, or without one, apart", async () => {
    const namespace = newNamespace();
    const plain = await remember(service, namespace, { content: "equal" });
    const [a, b] = await Promise.all(
      ["a", "b"].map((key) => createItem(service, namespace, key, { content: "equal" })),
    );
    expect(new Set([plain.id, a?.id, b?.id]).size).toBe(3);
    expect((await post(service, namespace, { content: "equal" })).body).toMatchObject({
      id: plain.id,
      key: null,
    });
    expect(bodyOf<Memory>(await sendItem(service, namespace, "a", { content: "other" }), 200).id).toBe(a?.id);
    expect(await readItem(service, namespace, "b")).toMatchObject({ content: "equal", version: 1 });
    expect(await listAll(service, namespace)).toHaveLength(3);
  });

  test("doesn't mistake a content for a key", async () => {
    const namespace = newNamespace();
    for (const content of ["\0key\0k", "key\0k", "k"]) await remember(service, namespace, { content });
    await createItem(service, namespace, "k");
    expect(await listAll(service, namespace)).toHaveLength(4);
  });

  test("takes a memory without a content: it is there by its key and by filters", async () => {
    const namespace = newNamespace();
    const memory = await createItem(service, namespace, "k", { metadata: { plan: "gold" } });
    expect(memory).toMatchObject({ content: "", embedding: { status: "complete" } });
    expect(await listAll(service, namespace, { metadata: '{"plan":"gold"}' })).toEqual([memory]);
    const later = bodyOf<Memory>(await sendItem(service, namespace, "k", { content: "now with words" }), 200);
    expect((await recall(service, { query: "words", namespaces: [namespace] })).hits).toMatchObject([
      { memory: { id: later.id } },
    ]);
    await sendItem(service, namespace, "k", {});
    expect((await recall(service, { query: "words", namespaces: [namespace] })).hits).toEqual([]);
  });

  test("expires after its TTL, which each put with ttl_seconds restarts; the key is then free", async () => {
    const namespace = newNamespace();
    const first = await createItem(service, namespace, "k", { content: "x", ttl_seconds: 1000 });
    const longer = bodyOf<Memory>(
      await sendItem(service, namespace, "k", { content: "x", ttl_seconds: 2000 }),
      200,
    );
    expect(longer.version).toBe(2);
    expect(Date.parse(longer.expires_at ?? "")).toBeGreaterThan(Date.parse(first.expires_at ?? "") + 900_000);
    const forever = bodyOf<Memory>(await sendItem(service, namespace, "k", { content: "x" }), 200);
    expect(forever).toMatchObject({ version: 3, expires_at: null });
    await sendItem(service, namespace, "k", { content: "x", ttl_seconds: 1 });
    await until(
      () => service.send("GET", itemPath(namespace, "k")),
      ({ status }) => status === 404,
    );
    expect((await createItem(service, namespace, "k")).id).not.toBe(first.id);
  });

  test("honours If-None-Match: * and If-Match", async () => {
    const namespace = newNamespace();
    const put = (headers: Record<string, string>, content: string) =>
      sendItem(service, namespace, "k", { content }, { headers });
    const lost = { status: 412, body: { code: "version_conflict" } };
    expect(await put({ "if-match": "*" }, "a")).toMatchObject(lost);
    expect(await put({ "if-match": '"1"' }, "a")).toMatchObject(lost);
    expect(await put({ "if-none-match": "*" }, "a")).toMatchObject({ status: 201 });
    expect(await put({ "if-none-match": "*" }, "a")).toMatchObject(lost);
    expect(await put({ "if-match": '"1"' }, "b")).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put({ "if-match": '"1"' }, "c")).toMatchObject(lost);
    expect(await put({ "if-match": "*" }, "c")).toMatchObject({ status: 200, body: { version: 3 } });
    for (const wrong of [
      { "if-none-match": '"1"' },
      { "if-match": "x" },
      { "if-match": "*", "if-none-match": "*" },
    ])
      expect(await put(wrong, "d")).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    const remove = (etag: string) =>
      service.send("DELETE", itemPath(namespace, "k"), undefined, { headers: { "if-match": etag } });
    expect(await remove('"2"')).toMatchObject(lost);
    expect(await remove('"3"')).toMatchObject({ status: 204 });
  });

  test("answers a retry with the same Idempotency-Key as the first time", async () => {
    const namespace = newNamespace();
    const put = () =>
      sendItem(
        service,
        namespace,
        "k",
        { content: "x", ttl_seconds: 100 },
        { headers: { "idempotency-key": "1" } },
      );
    const first = await put();
    expect(await put()).toMatchObject({ status: 201, text: first.text });
  });

  test("refuses a content that is blank, and what it doesn't know", async () => {
    const namespace = newNamespace();
    for (const input of [
      { content: " " },
      { content: "" },
      { content: "x", memory_type: "episodic" },
      { key: "k" },
    ])
      expect(await sendItem(service, namespace, "k", input)).toMatchObject({ status: 400 });
  });
});

describe("a key", () => {
  test("may be any text: each is a memory of its own, and comes back as it was given", async () => {
    const namespace = newNamespace();
    const keys = [...HOSTILE, "a/b", "a%2Fb", "%", "%25", "x".repeat(256), "é".repeat(128)].filter(
      (key) => key !== "." && key !== "..",
    );
    const unique = [...new Set(keys)];
    await Promise.all(unique.map((key) => createItem(service, namespace, key, { content: "same" })));
    const memories = await listAll(service, namespace, { limit: 200 });
    expect(memories.map(({ key }) => key).toSorted()).toEqual(unique.toSorted());
    await Promise.all(
      unique.map(async (key) => {
        expect(await readItem(service, namespace, key)).toMatchObject({ key });
        expect((await service.send("DELETE", itemPath(namespace, key))).status).toBe(204);
      }),
    );
    expect(await listAll(service, namespace)).toEqual([]);
  });

  test("is refused where no URL can name it, or it is too long", async () => {
    const namespace = newNamespace();
    expect(await sendItem(service, namespace, "x".repeat(257), {})).toMatchObject({ status: 400 });
    expect(await sendItem(service, namespace, "é".repeat(129), {})).toMatchObject({ status: 400 });
    for (const surrogate of LONE_SURROGATES) expect(() => itemPath(namespace, surrogate)).toThrow(URIError);
  });
});

describe("an item", () => {
  test("is 404 where there is none, also of another namespace", async () => {
    const namespace = newNamespace();
    await createItem(service, namespace, "k");
    for (const path of [
      itemPath(namespace, "l"),
      itemPath(`${namespace}.below`, "k"),
      itemPath(newNamespace(), "k"),
    ])
      for (const method of ["GET", "DELETE"])
        expect(await service.send(method, path)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  test("is revised and deleted by its id as any memory, and keeps its key", async () => {
    const namespace = newNamespace();
    const memory = await createItem(service, namespace, "k", { content: "a" });
    const revised = await revise(service, memory, { content: "b" });
    expect(revised).toMatchObject({ key: "k", version: 2 });
    expect(await readItem(service, namespace, "k")).toEqual(revised);
    // Nobody's content was claimed or freed by that.
    await remember(service, namespace, { content: "b" });
    await remember(service, namespace, { content: "a" });
    await service.send("DELETE", pathOf(memory));
    expect(await service.send("GET", itemPath(namespace, "k"))).toMatchObject({ status: 404 });
    expect((await createItem(service, namespace, "k")).id).not.toBe(memory.id);
  });

  test("is found apart from other memories by items_only", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "tea without a key" });
    const item = await createItem(service, namespace, "k", { content: "tea with a key" });
    expect(await listAll(service, namespace, { items_only: "true" })).toEqual([item]);
    expect(await listAll(service, namespace, { items_only: "false" })).toHaveLength(2);
    const request = { query: "tea", namespaces: [namespace] };
    expect((await recall(service, { ...request, filter: { items_only: true } })).hits).toHaveLength(1);
    expect((await recall(service, request)).hits).toHaveLength(2);
  });

  test("has its copy published without the key", async () => {
    const namespace = newNamespace();
    const shared = `${namespace}.shared`;
    const item = await createItem(service, namespace, "k", { content: "told to all" });
    const published = await service.send("POST", `${pathOf(item)}/publish`, { to: shared, follow: true });
    expect(published).toMatchObject({ status: 201, body: { id: item.id, key: null } });
    expect(await service.send("GET", itemPath(shared, "k"))).toMatchObject({ status: 404 });
    await sendItem(service, namespace, "k", { content: "told anew" });
    expect(await read(service, { namespace: shared, id: item.id })).toMatchObject({
      content: "told anew",
      key: null,
    });
    expect((await service.send("DELETE", itemPath(namespace, "k"))).status).toBe(204);
    expect(await service.send("GET", pathOf({ namespace: shared, id: item.id }))).toMatchObject({
      status: 404,
    });
  });
});

describe("at once", () => {
  const CLIENTS = 32;
  const each = <T>(work: (of: Service, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => work(services[index % 2 === 0 ? 0 : 1], index)),
    );

  test("32 puts of one key leave one memory, with all versions counted", async () => {
    const namespace = newNamespace();
    const answers = await each((of, index) => sendItem(of, namespace, "k", { content: `by ${index}` }));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(CLIENTS - 1).fill(200), 201]);
    const memories = await listAll(service, namespace);
    expect(memories).toHaveLength(1);
    expect(memories[0]).toMatchObject({ key: "k", version: CLIENTS, seen_count: 1 });
    const last = answers.find(({ body }) => (body as Memory).version === CLIENTS);
    expect(memories[0]).toEqual(last?.body);
  });

  test("of 32 puts that want to be the first, or the next, exactly one is", async () => {
    const namespace = newNamespace();
    for (const [headers, won] of [
      [{ "if-none-match": "*" }, 201],
      [{ "if-match": '"1"' }, 200],
    ] as const) {
      const answers = await each((of, index) =>
        sendItem(of, namespace, "k", { content: `${won} ${index}` }, { headers }),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([won, ...Array(CLIENTS - 1).fill(412)]);
    }
  });

  test("puts and deletions leave one memory or none", async () => {
    const namespace = newNamespace();
    const answers = await each((of, index) =>
      index % 4 === 0
        ? of.send("DELETE", itemPath(namespace, "k"))
        : sendItem(of, namespace, "k", { content: `by ${index}` }),
    );
    for (const { status } of answers) expect([200, 201, 204, 404]).toContain(status);
    const memories = await listAll(service, namespace);
    const found = await service.send("GET", itemPath(namespace, "k"));
    expect(memories).toHaveLength(found.status === 200 ? 1 : 0);
  });
});

test("what is done with an item is on record, under its id and its key", async () => {
  const namespace = newNamespace();
  const { id } = await createItem(service, namespace, "k");
  await sendItem(service, namespace, "k", { content: "k" });
  await sendItem(service, namespace, "k", { content: "l" });
  await sendItem(service, namespace, "k", { content: "l" }, { headers: { "if-match": '"9"' } });
  await readItem(service, namespace, "k");
  await service.send("DELETE", itemPath(namespace, "k"));
  await service.send("GET", itemPath(namespace, "k"));
  await service.send("DELETE", itemPath(namespace, "k"));
  const answer = await service.send("GET", `/v1/audit?namespace=${namespace}&order=asc`);
  const { entries } = bodyOf<AuditPage>(answer, 200);
  expect(entries.map(({ verb, outcome, ids }) => [verb, outcome, ids])).toEqual([
    ["item.put", "created", [id, "k"]],
    ["item.put", "unchanged", [id, "k"]],
    ["item.put", "revised", [id, "k"]],
    ["item.put", "conflict", [id, "k"]],
    ["item.get", "ok", [id, "k"]],
    ["item.delete", "removed", [id, "k"]],
    ["item.get", "missing", ["k"]],
    ["item.delete", "missing", ["k"]],
  ]);
});
