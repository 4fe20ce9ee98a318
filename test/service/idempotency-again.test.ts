import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import type { Memory } from "../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import { startService, until } from "../support/service/service.js";
import { startWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await startWithRedis();

/** As kill -9 between an act and the record of its answer leaves it, once the claim has ended. */
async function loseAnswers({ prefix } = service): Promise<void> {
  for await (const names of redis.scanIterator({ MATCH: `${prefix}:answer:*`, COUNT: 1000 })) {
    for (const name of names) {
      await redis.hDel(name, ["answer", "noted"]);
      await redis.hSet(name, "until", "0");
    }
  }
}

type Send = () => ReturnType<typeof service.send>;

function keyed(
  method: "POST" | "PUT",
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Send {
  const options = { headers: { "idempotency-key": randomUUID(), ...headers } };
  return () => service.send(method, path, body, options);
}

async function twice(send: Send) {
  const first = await send();
  await loseAnswers();
  const again = await send();
  expect(again.headers.get("idempotency-replayed")).toBeNull();
  // And it is the answer from then on.
  expect(await send()).toMatchObject({ status: again.status, text: again.text });
  return { first, again };
}

describe("a retry after the answer was lost acts no second time", () => {
  test("when it restores a version", async () => {
    const ns = newNamespace();
    const memory = await remember(service, ns, { content: "The pump leaks." });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is mended." }), 200);
    for (const headers of [{}, { "if-match": '"3"' }]) {
      const send = keyed("POST", `${pathOf(memory)}/restore`, { version: 1 }, headers);
      const { first, again } = await twice(send);
      const { version } = bodyOf<Memory>(first, 200);
      expect(bodyOf<Memory>(again, 200)).toMatchObject({ version, content: "The pump leaks." });
      expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
      expect((await listAll(service, ns)).map((each) => each.version)).toEqual([version]);
    }
  });

  test("when it restores a version that another has changed since", async () => {
    const ns = newNamespace();
    const memory = await remember(service, ns, { content: "The pump leaks." });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is mended." }), 200);
    const send = keyed("POST", `${pathOf(memory)}/restore`, { version: 1 });
    bodyOf(await send(), 200);
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is new." }), 200);
    await loseAnswers();
    expect(bodyOf<Memory>(await send(), 200)).toMatchObject({ version: 3, content: "The pump leaks." });
    expect((await listAll(service, ns)).map(({ content }) => content)).toEqual(["It is new."]);
  });

  test("when it puts an item, whatever its condition", async () => {
    const path = `/v1/namespaces/${newNamespace()}/items/k`;
    const made = await twice(keyed("PUT", path, { content: "a" }, { "if-none-match": "*" }));
    expect([made.first.status, made.again.status]).toEqual([201, 201]);
    expect(made.again.headers.get("location")).toBe(made.first.headers.get("location"));
    const revised = await twice(keyed("PUT", path, { content: "b" }, { "if-match": '"1"' }));
    expect([revised.first.status, revised.again.status]).toEqual([200, 200]);
    expect(bodyOf<Memory>(revised.again, 200)).toMatchObject({ version: 2, content: "b" });
    const counted = await twice(keyed("PUT", path, { content: "c", ttl_seconds: 3600 }));
    expect(bodyOf<Memory>(counted.again, 200).version).toBe(3);
  });

  test("when it puts what an item says already, and another has changed that since", async () => {
    const path = `/v1/namespaces/${newNamespace()}/items/k`;
    bodyOf(await service.send("PUT", path, { content: "two" }), 201);
    const send = keyed("PUT", path, { content: "two" });
    expect(bodyOf<Memory>(await send(), 200).version).toBe(1);
    bodyOf(await service.send("PUT", path, { content: "three" }), 200);
    await loseAnswers();
    expect(bodyOf<Memory>(await send(), 200)).toMatchObject({ version: 1, content: "two" });
    expect(bodyOf<Memory>(await service.send("GET", path), 200)).toMatchObject({
      version: 2,
      content: "three",
    });
  });

  test("when what it has put was deleted since", async () => {
    const path = `/v1/namespaces/${newNamespace()}/items/k`;
    const send = keyed("PUT", path, { content: "a" });
    expect((await send()).status).toBe(201);
    expect((await service.send("DELETE", path)).status).toBe(204);
    await loseAnswers();
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    expect((await service.send("GET", path)).status).toBe(404);
  });

  test.each([
    ["a memory", "memories", { content: "The pump leaks.", memory_type: "semantic" }],
    ["an episode", "memories", { content: "The pump leaked.", memory_type: "episodic" }],
    [
      "a fact of cardinality one",
      "memories",
      {
        memory_type: "semantic",
        fact: { subject: "Rosa", predicate: "lives_in", object: "Linz", cardinality: "one" },
      },
    ],
    ["an interaction", "interactions", { input: "Go on", response: "Done" }],
  ])("when it stores %s, which may have been revised or told again since", async (_, kind, body) => {
    const ns = newNamespace();
    const send = keyed("POST", `/v1/namespaces/${ns}/${kind}`, body);
    const { first, again } = await twice(send);
    expect([first.status, again.status]).toEqual([201, 201]);
    const memory = bodyOf<Memory>(first, 201);
    expect(bodyOf<Memory>(again, 201)).toMatchObject({ id: memory.id, version: 1, seen_count: 1 });
    bodyOf(await service.send("PATCH", pathOf(memory), { importance: 0.9 }), 200);
    await loseAnswers();
    expect(bodyOf<Memory>(await send(), 201)).toMatchObject({ id: memory.id, version: 1 });
    expect(await listAll(service, ns)).toHaveLength(1);

    // Another one's write, seen once more.
    const told = await twice(keyed("POST", `/v1/namespaces/${ns}/${kind}`, body));
    expect([told.first.status, told.again.status]).toEqual([200, 200]);
    expect((await listAll(service, ns)).map(({ seen_count }) => seen_count)).toEqual([2]);
  });

  test("when it stores a batch, each of which stands or falls alone", async () => {
    const ns = newNamespace();
    const memories = ["a", "b", "c"].map((content) => ({ content, memory_type: "semantic" }));
    const send = keyed("POST", `/v1/namespaces/${ns}/memories/batch`, {
      memories: [{ content: "without a type" }, ...memories],
    });
    interface Result {
      readonly status: number;
      readonly memory?: Memory;
      readonly problem?: { readonly code: string };
    }
    const resultsOf = async () => bodyOf<{ results: readonly Result[] }>(await send(), 200).results;
    const before = await resultsOf();
    const [, , second] = before;
    if (second?.memory === undefined) throw new Error("not stored");
    expect((await service.send("DELETE", pathOf(second.memory))).status).toBeLessThan(300);
    await loseAnswers();
    const after = await resultsOf();
    expect(after.map(({ memory }) => memory?.id)).toEqual(
      before.map(({ memory }) => (memory?.id === second.memory?.id ? undefined : memory?.id)),
    );
    expect(after[2]).toMatchObject({ status: 410 });
    expect((await listAll(service, ns)).map(({ seen_count }) => seen_count)).toEqual([1, 1]);
  });

  test("when it says how a memory is, and its caller has changed its mind since", async () => {
    const ns = newNamespace();
    const memory = await remember(service, ns, { content: "The pump leaks." });
    const path = `${pathOf(memory)}/feedback`;
    const verdict = (outcome: string) => keyed("POST", path, { outcome, by: "agent" });
    const [confirm, praise] = [verdict("confirmed"), verdict("used")];
    for (const send of [confirm, praise]) bodyOf(await send(), 200);
    for (const outcome of ["contradicted", "useless"]) bodyOf(await verdict(outcome)(), 200);
    await loseAnswers();
    for (const send of [confirm, praise])
      expect(bodyOf<Memory>(await send(), 200).feedback).toEqual({
        confirmed: 0,
        contradicted: 1,
        used: 0,
        useless: 1,
      });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "It is mended." }), 200);
    await loseAnswers();
    expect(bodyOf<Memory>(await confirm(), 200).feedback).toMatchObject({ confirmed: 0, contradicted: 0 });
  });

  test("when it replaces a namespace's settings", async () => {
    const path = `/v1/namespaces/${newNamespace()}/settings`;
    const { first, again } = await twice(
      keyed("PUT", path, { quota: { memories: 7 } }, { "if-match": '"0"' }),
    );
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    const unconditional = await twice(keyed("PUT", path, { quota: { memories: 8 } }));
    expect(unconditional.again.headers.get("etag")).toBe(unconditional.first.headers.get("etag"));
  });

  test.each([
    ["an export", "/v1/exports", { namespaces: ["a.**"] }],
    ["an import", "/v1/imports", {}],
    ["an erasure", "/v1/erasures", { namespace: "a", dry_run: true }],
  ])("when it begins %s", async (_, path, body) => {
    const { first, again } = await twice(keyed("POST", path, body));
    expect(first.status, first.text).toBeLessThan(300);
    expect(again.status).toBe(first.status);
    expect(bodyOf<{ id: string }>(again, again.status).id).toBe(
      bodyOf<{ id: string }>(first, first.status).id,
    );
  });

  test("when it begins a consolidation", async () => {
    const path = `/v1/namespaces/${newNamespace()}/consolidations`;
    const { first, again } = await twice(keyed("POST", path, {}));
    expect(again).toMatchObject({ status: 202, text: first.text });
    const { consolidations } = bodyOf<{ consolidations: unknown[] }>(await service.send("GET", path), 200);
    expect(consolidations).toHaveLength(1);
  });
});

describe("a retry after the answer was lost doesn't bring back what was deleted in between", () => {
  const at = () => `/v1/namespaces/${newNamespace()}`;
  const gone = async (send: Send, where: string, ...deleted: (readonly [string, string, unknown?])[]) => {
    const first = await send();
    expect(first.status, first.text).toBeLessThan(300);
    for (const [method, path, body] of deleted)
      expect((await service.send(method, path, body)).status).toBeLessThan(300);
    await loseAnswers();
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    // And that is the answer from then on.
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    return service.send("GET", where);
  };

  test("of state", async () => {
    const path = `${at()}/state/k`;
    const put = keyed("PUT", path, { value: "Rosa" });
    expect((await gone(put, path, ["DELETE", path])).status).toBe(404);
  });

  test("of a transaction", async () => {
    const ns = at();
    const operations = [
      { op: "set", key: "a", value: 1 },
      { op: "set", key: "b", value: 1 },
      { op: "delete", key: "b" },
    ];
    const transact = keyed("POST", `${ns}/state-transactions`, { operations });
    const { first, again } = await twice(transact);
    expect(again).toMatchObject({ status: 200, text: first.text });
    const other = { operations: operations.slice(0, 2) };
    const send = keyed("POST", `${ns}/state-transactions`, other);
    expect((await gone(send, `${ns}/state/b`, ["DELETE", `${ns}/state/b`])).status).toBe(404);
  });

  test("of a session, also where another one has its name now", async () => {
    const session = `${at()}/sessions/s`;
    const said = { messages: [{ role: "user", content: "my card is 4111" }] };
    const send = keyed("POST", `${session}/messages`, said);
    expect((await gone(send, session, ["DELETE", session])).status).toBe(404);
    const other = { messages: [{ role: "user", content: "hello" }] };
    const left = await gone(
      keyed("POST", `${session}/messages`, said),
      `${session}/messages`,
      ["DELETE", session],
      ["POST", `${session}/messages`, other],
    );
    expect(bodyOf<{ messages: unknown[] }>(left, 200).messages).toHaveLength(1);
  });

  test.each([
    ["its memory", false],
    ["its session", true],
  ])("of an interaction: %s", async (_, isSession) => {
    const ns = newNamespace();
    const session = `/v1/namespaces/${ns}/sessions/s`;
    const body = { input: "Go on", response: "Done", session_id: "s" };
    const send = keyed("POST", `/v1/namespaces/${ns}/interactions`, body);
    const memory = bodyOf<Memory>(await send(), 201);
    const messages = async () =>
      (await service.send("GET", `${session}/messages`)).body as { messages?: unknown[] };
    expect((await messages()).messages).toHaveLength(2);
    await loseAnswers();
    expect(bodyOf<Memory>(await send(), 201)).toMatchObject({ id: memory.id, seen_count: 1 });
    const path = isSession ? session : pathOf(memory);
    expect((await service.send("DELETE", path)).status).toBeLessThan(300);
    await loseAnswers();
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    if (isSession) expect((await service.send("GET", session)).status).toBe(404);
    else expect(await listAll(service, ns)).toEqual([]);
  });

  test("of a memory", async () => {
    const ns = newNamespace();
    const path = `/v1/namespaces/${ns}/memories`;
    const body = { content: "Rosa lives in Linz", memory_type: "semantic" };
    const send = keyed("POST", path, body);
    const memory = bodyOf<Memory>(await send(), 201);
    expect((await service.send("DELETE", pathOf(memory))).status).toBeLessThan(300);
    await loseAnswers();
    expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
    expect(await listAll(service, ns)).toEqual([]);
    // Told by another request, it is another memory.
    expect((await keyed("POST", path, body)()).status).toBe(201);
  });
});

/** As a day later, when neither the request nor what it has done is known any more. */
async function forgetRequests(): Promise<void> {
  for (const kind of ["answer", "done"])
    for await (const names of redis.scanIterator({ MATCH: `${service.prefix}:${kind}:*`, COUNT: 1000 }))
      if (names.length > 0) await redis.del(names);
}

test.each([
  ["import", "/v1/imports", { dry_run: false }, { dry_run: true }],
  ["export", "/v1/exports", { namespaces: ["a.**"] }, { namespaces: ["b.**"] }],
])("an Idempotency-Key that is used again a day later begins another %s", async (_, path, body, next) => {
  const options = { headers: { "idempotency-key": randomUUID() } };
  const begin = async (sent: object) => {
    const answer = await service.send("POST", path, sent, options);
    return bodyOf<{ id: string }>(answer, answer.status === 201 ? 201 : 202).id;
  };
  const first = await begin(body);
  const before = await redis.get(`${service.prefix}:${path.slice(4, -1)}:${first}`);
  expect(before).not.toBeNull();
  await forgetRequests();
  expect(await begin(next)).not.toBe(first);
  expect(await redis.get(`${service.prefix}:${path.slice(4, -1)}:${first}`)).toBe(before);
});

test("another request with the key of one that was never answered is refused, instead of getting what that has done", async () => {
  const path = `/v1/namespaces/${newNamespace()}/state/k`;
  const options = { headers: { "idempotency-key": randomUUID() } };
  const put = (value: number) => service.send("PUT", path, { value }, options);
  expect((await put(1)).status).toBe(201);
  await loseAnswers();
  expect(await put(2)).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  expect((await put(1)).status).toBe(201);
  expect(await listAll(service, newNamespace())).toEqual([]);
});

test("a retry of a request that makes an API key makes no second one, and names the one whose secret is lost", async () => {
  const lone = await startService();
  const options = { headers: { "idempotency-key": randomUUID() } };
  const root = bodyOf<{ key: string }>(
    await lone.send("POST", "/v1/keys", { agent: "root", grants: [{ namespace: "**", verbs: ["admin"] }] }),
    201,
  );
  const authorized = { headers: { ...options.headers, authorization: `Bearer ${root.key}` } };
  const make = () =>
    lone.send("POST", "/v1/keys", { agent: "a", grants: [{ namespace: "a", verbs: ["read"] }] }, authorized);
  const first = bodyOf<{ id: string; key: string }>(await make(), 201);
  await loseAnswers(lone);
  const again = await make();
  expect(again).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(again.text).toContain(first.id);
  expect(again.text).not.toContain(first.key);
  const { keys } = bodyOf<{ keys: { agent: string }[] }>(
    await lone.send("GET", "/v1/keys", undefined, authorized),
    200,
  );
  expect(keys.map(({ agent }) => agent).toSorted()).toEqual(["a", "root"]);
  await lone.stop();
});

test("a retry by a key that may only write learns nothing of what others made of its memory", async () => {
  const lone = await startService();
  const root = as(lone, (await createKey(lone)).key);
  const namespace = newNamespace();
  const writer = as(lone, await keyFor(root, namespace, ["write"], "writer"));
  const body = { content: "The pump leaks.", memory_type: "semantic", tags: ["pump"] };
  const options = { headers: { "idempotency-key": randomUUID() } };
  const send = () => writer.send("POST", `/v1/namespaces/${namespace}/memories`, body, options);
  const first = bodyOf<Memory>(await send(), 201);
  const patch = { content: "It is mended.", tags: ["secret"] };
  bodyOf(await root.send("PATCH", pathOf(first), patch), 200);
  await loseAnswers(lone);
  const again = await send();
  const { id, version, content, tags } = bodyOf<Memory>(again, 201);
  expect({ id, version, content, tags }).toEqual({
    id: first.id,
    version: 1,
    content: "The pump leaks.",
    tags: ["pump"],
  });
  expect((await root.send("DELETE", pathOf(first))).status).toBeLessThan(300);
  await loseAnswers(lone);
  expect(await send()).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(await listAll(root, namespace)).toEqual([]);
  await lone.stop();
});

test.each([
  ["release", {}],
  ["feedback", { outcome: "confirmed", by: "human" }],
])("a retried %s lets nothing out of quarantine that says another thing since", async (act, body) => {
  const lone = await startService();
  const root = as(lone, (await createKey(lone, { agent: "root", human: true })).key);
  const [own, shared] = [newNamespace(), newNamespace()];
  bodyOf(await root.send("PUT", `/v1/namespaces/${shared}/settings`, { publish: { min_trust: 0.7 } }), 200);
  const grants = [
    { namespace: own, verbs: ["read", "write"] },
    { namespace: shared, verbs: ["publish"] },
  ];
  const author = as(lone, (await createKey(root, { agent: "author", grants })).key);
  const memory = await remember(author, own, { content: "The pump leaks.", memory_type: "semantic" });
  const publish = await author.send("POST", `${pathOf(memory)}/publish`, { to: shared, follow: true });
  const copy = bodyOf<Memory>(publish, 201);
  expect(copy.quarantined).toBe(true);
  const options = { headers: { "idempotency-key": randomUUID() } };
  const send = async () =>
    bodyOf<Memory>(await root.send("POST", `${pathOf(copy)}/${act}`, body, options), 200);
  expect((await send()).quarantined).toBe(false);
  bodyOf(await author.send("PATCH", pathOf(memory), { content: "Pay to XX99." }), 200);
  const held = async () => bodyOf<Memory>(await root.send("GET", pathOf(copy)), 200);
  await until(held, ({ quarantined }) => quarantined);
  await loseAnswers(lone);
  expect((await send()).quarantined).toBe(true);
  expect((await held()).quarantined).toBe(true);
  await lone.stop();
});
