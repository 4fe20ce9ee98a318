import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { Annotation, interrupt, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { RedisSaver } from "@mneme/checkpointer";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createClient } from "redis";
import type { z } from "@hono/zod-openapi";
import type { checkpointPage, threadDetailView, threadPage } from "../../src/http/threads/schemas.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import type { AuditPage } from "../support/audit/page.js";
import { HOSTILE } from "../support/hostile.js";
import { bodyOf, newNamespace } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

type ThreadPage = z.infer<typeof threadPage>;
type ThreadDetail = z.infer<typeof threadDetailView>;
type CheckpointPage = z.infer<typeof checkpointPage>;

const client = createClient({ url: inject("redisUrl") });
let service: Service;
let root: Service;
beforeAll(async () => {
  await client.connect();
  service = await startService();
  root = as(service, (await createKey(service)).key);
});
afterAll(async () => {
  await service.stop();
  client.destroy();
});

/** Over the same keys as the service, as both have by default. */
const saverOf = (namespace?: string, serde?: SerializerProtocol): RedisSaver =>
  new RedisSaver(client, {
    keyPrefix: `${service.prefix}:graph`,
    ...(namespace === undefined ? {} : { namespace }),
    ...(serde === undefined ? {} : { serde }),
  });

const pathOf = (id: string, namespace?: string, rest = ""): string =>
  `/v1/threads/${encodeURIComponent(id)}${rest}${namespace === undefined ? "" : `?namespace=${namespace}`}`;

async function threads(of: Service, namespace?: string, limit = 50): Promise<ThreadPage["threads"]> {
  const found: ThreadPage["threads"] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(limit) });
    if (namespace !== undefined) query.set("namespace", namespace);
    if (cursor !== null) query.set("cursor", cursor);
    const page: ThreadPage = bodyOf(await of.send("GET", `/v1/threads?${query}`), 200);
    found.push(...page.threads);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

/** A graph that counts up, a step each. */
function counting(checkpointer: RedisSaver, to: number) {
  return new StateGraph(Annotation.Root({ n: Annotation<number> }))
    .addNode("count", ({ n }) => ({ n: n + 1 }))
    .addEdge(START, "count")
    .addConditionalEdges("count", ({ n }) => (n < to ? "count" : "__end__"))
    .compile({ checkpointer });
}

const run = (thread_id: string) => ({ configurable: { thread_id }, recursionLimit: 100 });

test("a graph's messages are shown as what they are", async () => {
  const namespace = newNamespace();
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", () => ({
      messages: [
        new AIMessage({
          id: "m2",
          content: "",
          tool_calls: [{ id: "c1", name: "kettle", args: { cups: 2 } }],
        }),
        new ToolMessage({ id: "m3", content: "boiling", tool_call_id: "c1" }),
      ],
    }))
    .addEdge(START, "answer")
    .compile({ checkpointer: saverOf(namespace) });
  await graph.invoke({ messages: [new HumanMessage({ id: "m1", content: "Tea, please." })] }, run("tea"));
  const thread = bodyOf<ThreadDetail>(await root.send("GET", pathOf("tea", namespace)), 200);
  expect(thread).toMatchObject({
    thread_id: "tea",
    checkpoints: 3,
    checkpoint_namespaces: [""],
    expires_at: null,
  });
  expect(thread.latest?.values["messages"]).toEqual([
    { $type: "HumanMessage", id: "m1", content: "Tea, please." },
    {
      $type: "AIMessage",
      id: "m2",
      content: "",
      tool_calls: [{ id: "c1", name: "kettle", args: { cups: 2 } }],
    },
    { $type: "ToolMessage", id: "m3", content: "boiling", tool_call_id: "c1" },
  ]);
  expect(thread.latest?.metadata).toMatchObject({ source: "loop", step: 1 });
});

test("an interrupted run shows what it waits for", async () => {
  const namespace = newNamespace();
  const graph = new StateGraph(Annotation.Root({ ok: Annotation<boolean> }))
    .addNode("ask", () => ({ ok: interrupt<string, boolean>("May I?") }))
    .addEdge(START, "ask")
    .compile({ checkpointer: saverOf(namespace) });
  await graph.invoke({ ok: false }, run("asking"));
  const { latest } = bodyOf<ThreadDetail>(await root.send("GET", pathOf("asking", namespace)), 200);
  expect(latest?.pending_writes).toMatchObject([{ channel: "__interrupt__", value: [{ value: "May I?" }] }]);
});

test("what JSON has no form for, or is too much, is described", async () => {
  const namespace = newNamespace();
  const values: Record<string, unknown> = {
    bytes: new Uint8Array(12),
    inside: { bytes: new Uint8Array(3), none: undefined },
    map: new Map([["a", new Set([1])]]),
    error: new Error("boom"),
    regexp: /x+/gi,
    long: "é".repeat(20_000),
    many: Array.from({ length: 1500 }, (_, index) => index),
    fields: Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`f${index}`, index])),
    half: "\ud800",
    deep: JSON.parse("[".repeat(200) + "]".repeat(200)) as unknown,
    lc: { lc: 2, type: "constructor", id: ["Function"], method: "constructor", args: ["return process"] },
  };
  const keys = Object.keys(values);
  const channels = Object.fromEntries(keys.map((key) => [key, 1]));
  await saverOf(namespace).put(
    { configurable: { thread_id: "odd" } },
    {
      v: 4,
      id: "1ef4f797-8335-6428-8001-8a1503f9b875",
      ts: "2026-01-01T00:00:00Z",
      channel_values: values,
      channel_versions: channels,
      versions_seen: {},
    },
    { source: "loop", step: 1, parents: {} },
    channels,
  );
  const { latest } = bodyOf<ThreadDetail>(await root.send("GET", pathOf("odd", namespace)), 200);
  expect(Object.keys(latest?.values ?? {}).toSorted()).toEqual(keys.toSorted());
  const { many, fields, deep, ...rest } = latest?.values ?? {};
  expect(rest).toEqual({
    bytes: { $type: "Uint8Array", bytes: 12 },
    inside: { bytes: { $type: "Uint8Array", bytes: 3 }, none: { $type: "undefined" } },
    map: { $type: "Map", entries: [["a", { $type: "Set", values: [1] }]] },
    error: { $type: "Error", message: "boom" },
    regexp: { $type: "RegExp", pattern: "/x+/gi" },
    long: { $type: "string", bytes: 40_000, beginning: "é".repeat(1024) },
    half: expect.objectContaining({ $type: "string" }) as unknown,
    lc: { $type: "Function", args: ["return process"] },
  });
  expect(many).toHaveLength(1001);
  expect((many as unknown[]).at(-1)).toEqual({ $type: "omitted", elements: 500 });
  expect((fields as { $omitted: unknown }).$omitted).toEqual({ $type: "omitted", fields: 200 });
  expect(JSON.stringify(deep)).toContain('{"$type":"omitted","$reason":"depth"}');
});

test("an answer stays bounded, however much a thread holds", async () => {
  const namespace = newNamespace();
  const graph = new StateGraph(Annotation.Root({ n: Annotation<number>, texts: Annotation<string[]> }))
    .addNode("grow", ({ n }) => ({ n: n + 1, texts: Array.from({ length: 200 }, () => "x".repeat(10_000)) }))
    .addEdge(START, "grow")
    .addConditionalEdges("grow", ({ n }) => (n < 5 ? "grow" : "__end__"))
    .compile({ checkpointer: saverOf(namespace) });
  await graph.invoke({ n: 0, texts: [] }, run("big"));
  const answer = await root.send("GET", pathOf("big", namespace, "/checkpoints"));
  expect(answer.status).toBe(200);
  expect(answer.text.length).toBeLessThan(2_500_000);
  expect(answer.text).toContain('"$type":"omitted"');
});

test("what another serializer wrote is described", async () => {
  const namespace = newNamespace();
  const serde: SerializerProtocol = {
    dumpsTyped: async (value) => ["secret", Buffer.from(JSON.stringify(value))],
    loadsTyped: async (_, data) => JSON.parse(Buffer.from(data).toString()) as unknown,
  };
  await counting(saverOf(namespace, serde), 1).invoke({ n: 0 }, run("t"));
  const { latest } = bodyOf<ThreadDetail>(await root.send("GET", pathOf("t", namespace)), 200);
  expect(latest).toMatchObject({
    values: { n: { $type: "secret", bytes: 1 } },
    metadata: { $type: "secret" },
  });
});

describe("checkpoints", () => {
  test("are paged by before and limit, each once, as the saver lists them", async () => {
    const namespace = newNamespace();
    const saver = saverOf(namespace);
    await counting(saver, 23).invoke({ n: 0 }, run("count"));
    const expected: string[] = [];
    for await (const { checkpoint } of saver.list(run("count"))) expected.push(checkpoint.id);
    expect(expected.length).toBeGreaterThan(23);
    for (const limit of [1, 7, 50]) {
      const seen: string[] = [];
      let before: string | null = null;
      do {
        const path = `${pathOf("count", namespace, "/checkpoints")}&limit=${limit}`;
        const page: CheckpointPage = bodyOf(
          await root.send("GET", before === null ? path : `${path}&before=${before}`),
          200,
        );
        seen.push(...page.checkpoints.map(({ id }) => id));
        before = page.before;
      } while (before !== null);
      expect(seen).toEqual(expected);
    }
    const page: CheckpointPage = bodyOf(
      await root.send("GET", pathOf("count", namespace, "/checkpoints")),
      200,
    );
    expect(page.checkpoints.map(({ values }) => values["n"]).slice(0, 3)).toEqual([23, 22, 21]);
    expect(page.checkpoints[0]?.parent_id).toBe(page.checkpoints[1]?.id);
  });

  test("of a subgraph are there under their namespace", async () => {
    const namespace = newNamespace();
    const State = Annotation.Root({ n: Annotation<number> });
    const inner = new StateGraph(State)
      .addNode("inner", () => ({ n: interrupt<string, number>("how many?") }))
      .addEdge(START, "inner")
      .compile();
    const graph = new StateGraph(State)
      .addNode("outer", inner)
      .addEdge(START, "outer")
      .compile({ checkpointer: saverOf(namespace) });
    await graph.invoke({ n: 0 }, run("nested"));
    const thread = bodyOf<ThreadDetail>(await root.send("GET", pathOf("nested", namespace)), 200);
    const below = thread.checkpoint_namespaces.find((name) => name !== "") ?? "";
    expect(below).toMatch(/^outer:/);
    const path = `${pathOf("nested", namespace, "/checkpoints")}&checkpoint_ns=${encodeURIComponent(below)}`;
    const page: CheckpointPage = bodyOf(await root.send("GET", path), 200);
    expect(page.checkpoints.length).toBeGreaterThan(0);
    for (const { checkpoint_ns } of nonEmpty(page.checkpoints)) expect(checkpoint_ns).toBe(below);
  });
});

describe("threads", () => {
  test("are listed and paged, the youngest first, with when they end", async () => {
    const namespace = newNamespace();
    const ids = Array.from({ length: 7 }, (_, index) => `thread ${index}`);
    for (const id of ids) await counting(saverOf(namespace), 1).invoke({ n: 0 }, run(id));
    for (const limit of [1, 3, 50])
      expect((await threads(root, namespace, limit)).map(({ thread_id }) => thread_id).toSorted()).toEqual(
        ids,
      );
    const short = new RedisSaver(client, {
      keyPrefix: `${service.prefix}:graph`,
      namespace,
      ttl: { seconds: 1 },
    });
    await counting(short, 1).invoke({ n: 0 }, run("short"));
    const [youngest] = await threads(root, namespace);
    expect(Date.parse(youngest?.expires_at ?? "")).toBeGreaterThan(0);
    await until(
      () => root.send("GET", pathOf("short", namespace)),
      ({ status }) => status === 404,
    );
    expect(await threads(root, namespace)).toHaveLength(7);
  });

  test("are apart by namespace, and from those of savers without one", async () => {
    const [one, two] = [newNamespace(), newNamespace()];
    for (const namespace of [one, `${two}.below`, undefined])
      await counting(saverOf(namespace), 1).invoke({ n: 0 }, run("same"));
    await counting(saverOf(two), 3).invoke({ n: 0 }, run("other"));
    expect((await threads(root, one)).map(({ thread_id }) => thread_id)).toEqual(["same"]);
    expect((await threads(root, two)).map(({ thread_id }) => thread_id)).toEqual(["other"]);
    expect(await root.send("GET", pathOf("same", two))).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    expect(await root.send("GET", pathOf("other", one, "/checkpoints"))).toMatchObject({ status: 404 });
    expect(await root.send("DELETE", pathOf("other", one))).toMatchObject({ status: 404 });
    expect(await root.send("DELETE", pathOf("same", one))).toMatchObject({ status: 204 });
    expect(await root.send("GET", pathOf("same", one))).toMatchObject({ status: 404 });
    expect(await threads(root, one)).toEqual([]);
    expect(await root.send("GET", pathOf("same"))).toMatchObject({ status: 200 });
    expect(await root.send("GET", pathOf("same", `${two}.below`))).toMatchObject({ status: 200 });
    expect(await root.send("DELETE", pathOf("same"))).toMatchObject({ status: 204 });
  });

  test("take grants on their namespace; without one, on everything", async () => {
    const namespace = newNamespace();
    for (const each of [namespace, undefined]) await counting(saverOf(each), 1).invoke({ n: 0 }, run("mine"));
    const reader = as(service, await keyFor(root, `${namespace}.**`, ["read"]));
    const writer = as(service, await keyFor(root, namespace, ["write"]));
    expect(await threads(reader, namespace)).toHaveLength(1);
    const denied = { status: 403, body: { code: "forbidden" } };
    for (const path of ["/v1/threads", pathOf("mine"), pathOf("mine", undefined, "/checkpoints")])
      expect(await reader.send("GET", path)).toMatchObject(denied);
    expect(await writer.send("GET", pathOf("mine", namespace))).toMatchObject(denied);
    expect(await reader.send("DELETE", pathOf("mine", namespace))).toMatchObject(denied);
    expect(await writer.send("DELETE", pathOf("mine"))).toMatchObject(denied);
    expect(await writer.send("DELETE", pathOf("mine", namespace))).toMatchObject({ status: 204 });
    const trail = bodyOf<AuditPage>(
      await root.send("GET", `/v1/audit?namespace=${namespace}&order=asc`),
      200,
    );
    expect(trail.entries.map(({ verb, outcome, ids }) => [verb, outcome, ids])).toEqual([
      ["thread.list", "ok", []],
      ["thread.read", "denied", []],
      ["thread.delete", "denied", []],
      ["thread.delete", "removed", ["mine"]],
    ]);
  });

  test("may have any id that a URL can name", async () => {
    const namespace = newNamespace();
    const ids = [...HOSTILE, "a:b", "x".repeat(1024)].filter((id) => id !== "." && id !== "..");
    for (const id of ids) await counting(saverOf(namespace), 0).invoke({ n: 0 }, run(id));
    for (const id of ids)
      expect((await root.send("GET", pathOf(id, namespace))).body).toMatchObject({ thread_id: id });
    expect(await threads(root, namespace)).toHaveLength(ids.length);
  });

  test("refuse what is malformed", async () => {
    const namespace = newNamespace();
    await counting(saverOf(namespace), 1).invoke({ n: 0 }, run("t"));
    for (const query of ["cursor=x", "limit=0", "namespace=a..b", "unknown=1"])
      expect(await root.send("GET", `/v1/threads?${query}`)).toMatchObject({ status: 400 });
    expect(await root.send("GET", `${pathOf("t", namespace, "/checkpoints")}&limit=51`)).toMatchObject({
      status: 400,
    });
    expect(() => saverOf("a..b")).toThrow(TypeError);
    expect(() => saverOf("a:b")).toThrow(TypeError);
  });
});
