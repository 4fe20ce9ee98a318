import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import {
  bodyOf,
  listPage,
  newNamespace,
  pathOf,
  post,
  postBatch,
  remember,
} from "../support/acts/memories.js";
import type { Json, Memory } from "../support/acts/memories.js";
import { setQuota } from "../support/service/namespaces.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { append, readMessages, sessionPath, user } from "../support/acts/sessions.js";

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service)).key);
});
afterAll(() => service.stop());

/** A namespace, with one who may do everything in it and one who may only write. */
async function place() {
  const ns = newNamespace();
  const insider = as(service, await keyFor(root, ns, ["read", "write"], `insider of ${ns}`));
  const writer = as(service, await keyFor(root, ns, ["write"], `writer of ${ns}`));
  return { ns, insider, writer };
}

/** What an answer says but for what is new in every one: ids and times. */
function shape({ status, headers, text }: Answer): unknown {
  const names = ["etag", "idempotency-replayed", "content-type", "preference-applied"];
  return {
    status,
    headers: names.map((name) => headers.get(name)),
    location: headers.get("location")?.replace(/[0-9A-HJKMNP-TV-Z]{26}/, "ID"),
    text: text
      .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/g, "ID")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UUID"),
  };
}

const MEMORIES: readonly (readonly [string, (secret: string) => Json])[] = [
  ["a statement", (secret) => ({ content: `code ${secret}`, memory_type: "semantic" })],
  ["an episode", (secret) => ({ content: `code ${secret}`, memory_type: "episodic", session_id: "s" })],
  [
    "a fact",
    (secret) => ({ memory_type: "semantic", fact: { subject: secret, predicate: "is", object: "x" } }),
  ],
  [
    "a fact of which there is one",
    (secret) => ({
      memory_type: "semantic",
      fact: { subject: secret, predicate: "is", object: "x", cardinality: "one" },
    }),
  ],
];

describe("a key that may only write gets the same answer whether or not it was there already, of", () => {
  test.each(MEMORIES)("%s", async (_, make) => {
    const { ns, insider, writer } = await place();
    const [there, absent] = [randomUUID(), randomUUID()];
    const stored = bodyOf<Memory>(await post(insider, ns, make(there)), 201);
    const [known, fresh] = [await post(writer, ns, make(there)), await post(writer, ns, make(absent))];
    expect(shape(known)).toEqual(shape(fresh));
    expect(bodyOf<Memory>(known, 201).id).not.toBe(stored.id);
    expect((await listPage(insider, ns)).memories).toHaveLength(3);
    // Told again, both are what it wrote itself.
    const again = [await post(writer, ns, make(there)), await post(writer, ns, make(absent))] as const;
    expect(shape(again[0])).toEqual(shape(again[1]));
    expect(bodyOf<Memory>(again[0], 200)).toMatchObject({ id: (known.body as Memory).id, seen_count: 2 });
    for (const answer of [known, fresh]) {
      const deleted = await writer.send("DELETE", pathOf(answer.body as Memory));
      expect(deleted.status).toBe(204);
    }
    expect(await listPage(insider, ns)).toMatchObject({ memories: [{ id: stored.id }] });
  });

  test("an exchange, and its messages in a session", async () => {
    const { ns, insider, writer } = await place();
    const [there, absent] = [randomUUID(), randomUUID()];
    const capture = (caller: Service, input: string) =>
      caller.send("POST", `/v1/namespaces/${ns}/interactions`, { input, response: "yes", session_id: "s" });
    bodyOf(await capture(insider, there), 201);
    expect(shape(await capture(writer, there))).toEqual(shape(await capture(writer, absent)));
    expect(await readMessages(insider, ns, "s")).toHaveLength(6);
    // A retry appends nothing twice.
    bodyOf(await capture(writer, there), 200);
    expect(await readMessages(insider, ns, "s")).toHaveLength(6);
  });

  test("a batch", async () => {
    const { ns, insider, writer } = await place();
    await remember(insider, ns, { content: "there" });
    const items = ["there", "absent"].map((content) => ({ content, memory_type: "semantic" }));
    const results = await postBatch(writer, ns, items);
    expect(results.map(({ status, memory }) => [status, memory?.seen_count, memory?.version])).toEqual([
      [201, 1, 1],
      [201, 1, 1],
    ]);
  });

  test("a write to a full namespace", async () => {
    const { ns, insider, writer } = await place();
    await remember(insider, ns, { content: "there" });
    await append(insider, ns, "s", user("hello", { id: "there" }));
    await setQuota(root, ns, { memories: 1, bytes: 1 });
    for (const content of ["there", "absent"]) expect((await post(writer, ns, { content })).status).toBe(507);
    for (const id of ["there", "absent"]) {
      const messages = [user("hello", { id })];
      expect((await writer.send("POST", `${sessionPath(ns, "s")}/messages`, { messages })).status).toBe(507);
    }
    expect((await post(insider, ns, { content: "there" })).status).toBe(200);
  });

  test("messages of a session, and how many there are", async () => {
    const { ns, insider, writer } = await place();
    await append(insider, ns, "s", user("one", { id: "there" }), user("two"));
    const send = (sid: string, id: string) =>
      writer.send("POST", `${sessionPath(ns, sid)}/messages`, { messages: [user("hello", { id })] });
    const answers = [await send("s", "there"), await send("s", "absent"), await send("new", "absent")];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [201, { messages: [{ id: "there", created: true }] }],
      [201, { messages: [{ id: "absent", created: true }] }],
      [201, { messages: [{ id: "absent", created: true }] }],
    ]);
    expect((await readMessages(insider, ns, "s")).map(({ content }) => content)).toEqual([
      "one",
      "two",
      "hello",
    ]);
  });

  test("everything that can be deleted", async () => {
    const { ns, insider, writer } = await place();
    const memory = await remember(insider, ns, { content: "x" });
    await append(insider, ns, "s", user("hello"));
    const base = `/v1/namespaces/${ns}`;
    await insider.send("PUT", `${base}/items/there`, { content: "x" });
    await insider.send("PUT", `${base}/state/there`, { value: 1 });
    const paths = [
      [`${base}/memories/${memory.id}`, `${base}/memories/01JD8Q4V7K3W5N0R2T6Y9B1C4D`],
      [sessionPath(ns, "s"), sessionPath(ns, "absent")],
      [`${base}/items/there`, `${base}/items/absent`],
      [`${base}/state/there`, `${base}/state/absent`],
    ] as const;
    for (const [there, absent] of paths) {
      const answers = [await writer.send("DELETE", there), await writer.send("DELETE", absent)];
      expect(answers.map(shape), there).toEqual([
        expect.objectContaining({ status: 204, text: "" }),
        expect.objectContaining({ status: 204, text: "" }),
      ]);
      expect((await insider.send("GET", there)).status, there).toBe(404);
      expect((await insider.send("DELETE", absent)).status, absent).toBe(404);
    }
  });
});

test("state that a write-only key sets is set, and the answer says nothing of what was there", async () => {
  const { ns, insider, writer } = await place();
  const base = `/v1/namespaces/${ns}`;
  await insider.send("PUT", `${base}/state/there`, { value: 1 });
  const put = (key: string) => writer.send("PUT", `${base}/state/${key}`, { value: 2 });
  expect(shape(await put("there"))).toEqual(shape(await put("absent")));
  const set = (key: string) => ({ operations: [{ op: "set", key, value: 3 }] });
  const transact = (body: Json) => writer.send("POST", `${base}/state-transactions`, body);
  expect(shape(await transact(set("there")))).toEqual(shape(await transact(set("other"))));
  expect((await insider.send("GET", `${base}/state/there`)).body).toMatchObject({ value: 3 });
});

test("a condition on what is there takes a key that may read", async () => {
  const { ns, insider, writer } = await place();
  const base = `/v1/namespaces/${ns}`;
  const memory = await remember(insider, ns, { content: "x" });
  await insider.send("PUT", `${base}/state/k`, { value: 1 });
  const acts: readonly (readonly [string, string, unknown, Readonly<Record<string, string>>])[] = [
    ["DELETE", `${base}/memories/${memory.id}`, undefined, { "if-match": '"1"' }],
    ["DELETE", `${base}/items/k`, undefined, { "if-match": '"1"' }],
    ["DELETE", `${base}/state/k`, undefined, { "if-match": '"1"' }],
    ["PUT", `${base}/state/k`, { value: 2 }, { "if-match": '"1"' }],
    ["PUT", `${base}/state/k`, { value: 2 }, { "if-none-match": "*" }],
    ["POST", `${base}/state-transactions`, { checks: [{ key: "k", version: 1 }], operations: [] }, {}],
    ["POST", `${base}/state-transactions`, { operations: [{ op: "delete", key: "k" }] }, {}],
  ];
  for (const [method, path, body, headers] of acts) {
    const send = (key: string) => writer.send(method, path.replace("/k", `/${key}`), body, { headers });
    for (const key of ["k", "absent"]) {
      const answer = await send(key);
      expect([method, path, answer.status === 403 || (answer.status === 400 && method === "POST")]).toEqual([
        method,
        path,
        true,
      ]);
    }
  }
  expect((await insider.send("GET", `${base}/state/k`)).body).toMatchObject({ value: 1 });
});
