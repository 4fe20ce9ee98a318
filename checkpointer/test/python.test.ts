import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { isBaseMessage } from "@langchain/core/messages";
import {
  Annotation,
  Command,
  DeltaChannel,
  END,
  interrupt,
  messagesStateReducer,
  Send,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type { BaseCheckpointSaver, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startRedis } from "../../test/support/redis/start.js";
import { findPython, runPython } from "../../test/support/run/python.js";
import { useService } from "../../test/support/service/service.js";
import { newNamespace } from "../../test/support/acts/memories.js";
import { foreignKeys } from "../../test/sources/run.js";
import { copyStore, copyThreads, MnemeStore, PythonRedis } from "../src/index.js";
import type { CopyProblem, PythonRedisOptions } from "../src/index.js";
import { randomPrefix } from "./support/random.js";
import { createSaver } from "./support/savers.js";

// The savers for Python take keys of a Redis under fixed names.
const server = await startRedis();
afterAll(() => server.stop());
const redis = await createClient({ url: server.url }).connect();
afterAll(() => redis.destroy());
const service = await useService();

interface Filled {
  readonly threads: Readonly<Record<string, readonly Told[]>>;
  readonly items: readonly (readonly [namespace: string[], key: string, value: unknown])[];
  readonly counted: Readonly<Record<string, unknown>>;
}

interface Told {
  readonly place: unknown;
  readonly values: unknown;
  readonly versions: Readonly<Record<string, string>>;
  readonly metadata: unknown;
  readonly writes: readonly (readonly [task: string, channel: string, value: unknown])[];
}

const OF_MESSAGES = new Set([
  "content",
  "id",
  "name",
  "tool_calls",
  "usage_metadata",
  "artifact",
  "additional_kwargs",
  "response_metadata",
  "tool_call_id",
  "status",
]);

/** A value as fill.py prints it. */
function told(value: unknown): unknown {
  if (value instanceof Set) return { set: [...value] };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== "object" || value === null) return value;
  if (!isBaseMessage(value)) return mapped(Object.entries(value));
  const fields = Object.entries(value).filter(
    ([name, each]) => OF_MESSAGES.has(name) && Boolean(each) && Object.keys(each as object).length > 0,
  );
  return { message: value.getType(), ...mapped(fields) };
}

const mapped = (entries: readonly [string, unknown][]): object =>
  Object.fromEntries(entries.map(([name, each]) => [name, told(each)]));

async function contentOf(saver: BaseCheckpointSaver, threadId: string): Promise<unknown[]> {
  const tuples: CheckpointTuple[] = [];
  for await (const { config } of saver.list({ configurable: { thread_id: threadId } }, { limit: 1000 })) {
    const tuple = await saver.getTuple(config);
    if (tuple !== undefined) tuples.push(tuple);
  }
  const place = (config: CheckpointTuple["config"] | undefined) =>
    config === undefined
      ? null
      : [config.configurable?.["checkpoint_ns"], config.configurable?.["checkpoint_id"]];
  return byPlace(
    tuples.map(({ config, parentConfig, checkpoint, metadata, pendingWrites = [] }) => ({
      place: [place(config), place(parentConfig)],
      values: told(checkpoint.channel_values),
      versions: checkpoint.channel_versions,
      metadata: told(metadata),
      writes: pendingWrites.map(([task, channel, value]) => [task, channel, told(value)]),
    })),
  );
}

/** What Python has read, with versions as numbers, and the writes of a task together. */
const expectedOf = (tuples: readonly Told[]): unknown[] =>
  byPlace(
    tuples.map((tuple) => ({
      ...tuple,
      versions: Object.fromEntries(
        Object.entries(tuple.versions).map(([channel, version]) => {
          const [count = "", ...fraction] = version.split(".");
          return [channel, Number(count) + Number(fraction.join("."))];
        }),
      ),
    })),
  );

const byPlace = <T extends { readonly place: unknown; readonly writes: readonly (readonly unknown[])[] }>(
  tuples: readonly T[],
): T[] =>
  tuples
    .map((tuple) => ({ ...tuple, writes: tuple.writes.toSorted(byTask) }))
    .toSorted((one, other) => (JSON.stringify(one.place) < JSON.stringify(other.place) ? -1 : 1));

/** Those to one channel stay as they are: elsewhere, savers have their own order. */
const byTask = (one: readonly unknown[], other: readonly unknown[]): number => {
  const [left, right] = [one, other].map((write) => JSON.stringify(write.slice(0, 2)));
  if (left === right) return 0;
  return String(left) < String(right) ? -1 : 1;
};

async function open(options: PythonRedisOptions = {}): Promise<PythonRedis> {
  const old = await PythonRedis.fromUrl(server.url, options);
  afterAll(() => old.end());
  return old;
}

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
  messages: Annotation<unknown[]>({
    reducer: (left, right) => messagesStateReducer(left as never, right as never),
    default: () => [],
  }),
  seen: Annotation<Set<number>>(),
  approved: Annotation<string>(),
});

/** The graph of fill.py. */
function graphOn(checkpointer: BaseCheckpointSaver) {
  const inner = new StateGraph(State)
    .addNode("prepare", () => ({ log: ["prepared"] }))
    .addNode("ask", () => ({ approved: interrupt<object, string>({ question: "May I?" }) }))
    .addEdge(START, "prepare")
    .addEdge("prepare", "ask")
    .addEdge("ask", END)
    .compile();
  return new StateGraph(State)
    .addNode("begin", () => ({ log: ["begun"] }))
    .addNode("answer", () => ({}))
    .addNode("work", () => ({ log: ["worked"] }))
    .addNode("inner", inner)
    .addNode("side", () => ({ log: ["side"] }))
    .addNode("end", ({ approved }) => ({ log: [`ended with ${approved}`] }))
    .addEdge(START, "begin")
    .addEdge("begin", "answer")
    .addConditionalEdges("answer", () => [0, 1, 2].map((number) => new Send("work", { number })), ["work"])
    .addEdge("work", "inner")
    .addEdge("work", "side")
    .addEdge("inner", "end")
    .addEdge("end", END)
    .compile({ checkpointer });
}

const KEPT = 2;

describe.skipIf(findPython() === undefined)("what LangGraph for Python has stored", () => {
  let filled: Filled;
  beforeAll(async () => {
    const { code, text } = await runPython([join(import.meta.dirname, "python", "fill.py"), server.url], {
      requirements: join(import.meta.dirname, "python", "requirements.txt"),
      env: { PYTHONDONTWRITEBYTECODE: "1" },
      timeoutMs: 280_000,
    });
    expect(code, text.slice(-4000)).toBe(0);
    filled = JSON.parse(text.split("\n").find((line) => line.startsWith('{"threads"')) ?? "") as Filled;
  });

  it("is copied thread by thread as Python reads it, and the second time nothing is new", async () => {
    const [old, to] = [await open(), createSaver()];
    const before = await foreignKeys(redis, "none");
    const problems: CopyProblem[] = [];
    const copy = (dryRun: boolean) =>
      copyThreads(old.threads, to, { dryRun, onProblem: (problem) => problems.push(problem) });
    const dry = await copy(true);
    expect(await contentOf(to, "full:1")).toEqual([]);
    problems.length = 0;
    const copied = await copy(false);
    expect(copied).toEqual(dry);
    expect(problems.map(({ kind, where, reason }) => [kind, /"(.*?)"/.exec(where)?.[1], reason])).toEqual(
      expect.arrayContaining([
        ["kept", "object", expect.stringContaining("holds a __main__.Budget of Python, kept as a record")],
        ["failed", "big", expect.stringContaining("an integer beyond 2^53 - 1")],
        ["failed", "date", expect.stringContaining("a datetime.datetime in msgpack")],
      ]),
    );
    expect(copied).toMatchObject({ threads: 9, kept: KEPT, skipped: 0, seen: 0 });
    expect(copied.failed).toBe(problems.filter(({ kind }) => kind === "failed").length);
    for (const [threadId, tuples] of Object.entries(filled.threads)) {
      if (threadId !== "shallow") expect(await contentOf(to, threadId)).toEqual(expectedOf(tuples));
    }
    expect(filled.threads["full:1"]?.length).toBeGreaterThan(15);
    const { checkpoints, failed } = copied;
    expect(await copy(false)).toMatchObject({ checkpoints: 0, writes: 0, seen: checkpoints, failed });
    expect(await foreignKeys(redis, "none")).toEqual(before);
  });

  it("is kept as a record where JavaScript has no class, and the record comes back", async () => {
    const to = createSaver();
    await copyThreads((await open()).threads, to, { threadIds: ["object"] });
    const { checkpoint } = (await to.getTuple({ configurable: { thread_id: "object" } })) ?? {};
    expect(checkpoint?.channel_values["file"]).toEqual({
      budget: {
        lc: 2,
        type: "constructor",
        id: ["__main__", "Budget"],
        kwargs: { euros: 5, since: "2026-01-02T00:00:00+00:00" },
      },
    });
  });

  it("of a shallow saver is copied with the writes of its checkpoints alone", async () => {
    const old = await open({ checkpointPrefix: "shallow", checkpointWritePrefix: "shallow_write" });
    const to = createSaver();
    const problems: CopyProblem[] = [];
    const onProblem = (problem: CopyProblem) => problems.push(problem);
    const copied = await copyThreads(old.threads, to, { onProblem });
    expect(copied).toMatchObject({ threads: 1, checkpoints: 3, failed: 0 });
    expect(copied.skipped).toBeGreaterThan(20);
    expect(problems.map(({ kind, reason }) => `${kind} ${reason}`)).toContain(
      "skipped its checkpoint isn't there any more.",
    );
    const withoutWrites = (tuples: unknown[]) => tuples.map((tuple) => ({ ...(tuple as Told), writes: [] }));
    const expected = expectedOf(filled.threads["shallow"] ?? []);
    expect(withoutWrites(await contentOf(to, "shallow"))).toEqual(withoutWrites(expected));
    expect(await copyThreads(old.threads, to, { onProblem })).toMatchObject({ checkpoints: 0, seen: 3 });
  });

  it("goes on in JavaScript, after the interrupt that it waits at", async () => {
    const to = createSaver();
    await copyThreads((await open()).threads, to, { threadIds: ["ask"] });
    const graph = new StateGraph(State)
      .addNode("ask", () => ({ approved: interrupt<string, string>("Sure?") }))
      .addEdge(START, "ask")
      .compile({ checkpointer: to });
    const config = { configurable: { thread_id: "ask" } };
    expect((await graph.getState(config)).next).toEqual(["ask"]);
    const state = await graph.invoke(new Command({ resume: "yes" }), config);
    expect(state).toMatchObject({ log: ["asked"], approved: "yes" });
    expect(await graph.invoke({ log: ["again"] }, config)).toMatchObject({ log: ["asked", "again"] });
  });

  it("begins a subgraph again in JavaScript, which has other ids for its tasks", async () => {
    const to = createSaver();
    await copyThreads((await open()).threads, to, { threadIds: ["full:1", "async"] });
    const graph = graphOn(to);
    for (const threadId of ["async", "full:1"]) {
      const config = { configurable: { thread_id: threadId } };
      expect((await graph.getState(config)).next).toContain("inner");
      const asked = await graph.invoke(new Command({ resume: "yes" }), config);
      expect(asked).toMatchObject({ __interrupt__: [{ value: { question: "May I?" } }] });
      const { log, messages, seen } = await graph.invoke(new Command({ resume: "yes" }), config);
      expect(log.at(-1)).toBe("ended with yes");
      expect(messages).toHaveLength(5);
      expect(seen).toEqual(new Set([1, 2]));
    }
  });

  it("has channels that JavaScript rebuilds from the writes", async () => {
    const to = createSaver();
    await copyThreads((await open()).threads, to, { threadIds: ["delta"] });
    const append = (log: unknown[], writes: unknown[][]): unknown[] => [...log, ...writes.flat()];
    const graph = new StateGraph(
      Annotation.Root({
        count: () => new DeltaChannel<unknown[], unknown[]>(append, { snapshotFrequency: 3 }),
      }),
    )
      .addNode("more", ({ count }) => ({ count: [count.length] }))
      .addEdge(START, "more")
      .compile({ checkpointer: to });
    const config = { configurable: { thread_id: "delta" } };
    expect((await graph.getState(config)).values).toEqual(filled.counted);
    const { count } = await graph.invoke({ count: ["in JavaScript"] }, config);
    const before = filled.counted["count"] as unknown[];
    expect(count).toEqual([...before, "in JavaScript", before.length + 1]);
  });

  it("is copied item by item as Python reads it, and the second time nothing is new", async () => {
    const { store } = await open();
    const to = new MnemeStore({ url: service.url, rootNamespace: newNamespace() });
    const problems: CopyProblem[] = [];
    const copy = (dryRun: boolean) =>
      copyStore(store, to, { dryRun, onProblem: (problem) => problems.push(problem) });
    const dry = await copy(true);
    expect(await to.search([], { limit: 100 })).toEqual([]);
    problems.length = 0;
    const copied = await copy(false);
    const texts = problems.map(({ kind, where, reason }) => `${kind} ${where}: ${reason}`);
    expect(texts).toHaveLength(3);
    expect(texts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^failed namespace \["users"\], key "object": .*both what only LangGraph's serializer keeps/,
        ),
        expect.stringMatching(/^failed store:.*an integer beyond 2\^53 - 1/),
        expect.stringMatching(/^failed store:.*a datetime\.datetime in msgpack/),
      ]),
    );
    expect(copied).toEqual({ namespaces: 3, items: 5, seen: 0, kept: 0, failed: 3 });
    // It doesn't ask what the target would refuse.
    expect(dry).toEqual({ namespaces: 3, items: 6, seen: 0, kept: 1, failed: 2 });
    const failing = new Set(["object", "date", "big"]);
    const byKey = (items: readonly (readonly unknown[])[]) =>
      items.toSorted((one, other) => (String(one[1]) < String(other[1]) ? -1 : 1));
    const found = await to.search([], { limit: 100 });
    expect(byKey(found.map(({ namespace, key, value }) => [namespace, key, told(value)]))).toEqual(
      byKey(filled.items.filter(([, key]) => !failing.has(key))),
    );
    expect(await copy(false)).toEqual({ namespaces: 0, items: 0, seen: 5, kept: 0, failed: 3 });
    await to.put(["users"], "twice", { n: "changed since" });
    await copy(false);
    expect((await to.get(["users"], "twice"))?.value).toEqual({ n: "changed since" });
  });

  it("ends a copy that asks for no problems at the first one", async () => {
    const old = await open();
    await expect(copyThreads(old.threads, createSaver())).rejects.toThrow(/can't be stored/);
    await expect(copyStore(old.store, new InMemoryStore())).rejects.toThrow(/can't be stored/);
  });

  it("goes on where a copy was killed", async () => {
    const prefix = randomPrefix();
    const many = 400;
    for (let n = 0; n < many; n++) await fillOne(`${prefix}`, `t${n}`);
    const keyPrefix = randomPrefix();
    const child = fork(join(import.meta.dirname, "support", "copy-python.mjs"), {
      env: {
        ...process.env,
        OLD_URL: server.url,
        REDIS_URL: inject("redisUrl"),
        KEY_PREFIX: keyPrefix,
        CHECKPOINT_PREFIX: prefix,
      },
    });
    await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "close");
    const old = await open({ checkpointPrefix: prefix, checkpointWritePrefix: `${prefix}_write` });
    const to = createSaver({ keyPrefix });
    const rest = await copyThreads(old.threads, to);
    expect(rest.seen).toBeGreaterThan(0);
    expect(rest.checkpoints).toBeGreaterThan(0);
    expect(rest.checkpoints + rest.seen).toBe(many);
    expect(await copyThreads(old.threads, to)).toMatchObject({ checkpoints: 0, writes: 0, seen: many });
  });
});

const ID = "1f1ecf28-0da9-6baa-8001-24a3e522c2c2";

/** A checkpoint as the saver for Python writes it. */
async function fillOne(
  prefix: string,
  threadId: string,
  { values = { n: 1 }, metadata = {}, id = ID, parent = "", more = {}, writes = [] }: Partial<Handmade> = {},
): Promise<void> {
  const versions = Object.fromEntries(
    Object.keys(values).map((name) => [name, `${"2".padStart(32, "0")}.0.25`]),
  );
  const place = { thread_id: threadId, checkpoint_ns: "__empty__", checkpoint_id: id };
  await redis.json.set(`${prefix}:${threadId}:__empty__:${id}`, "$", {
    ...place,
    parent_checkpoint_id: parent,
    checkpoint: {
      type: "json",
      v: 4,
      ts: "2026-11-30T19:16:11.323837+00:00",
      id,
      channel_values: values,
      channel_versions: versions,
      versions_seen: {},
      pending_sends: [],
      ...more,
    },
    metadata: JSON.stringify({ source: "loop", step: 1, parents: {}, ...metadata }),
  } as never);
  for (const [idx, write] of writes.entries()) {
    const key = `${prefix}_write:${threadId}:__empty__:${id}:task:${idx}`;
    await redis.json.set(key, "$", {
      ...place,
      task_id: "task",
      task_path: "",
      idx,
      channel: "file",
      ...write,
    });
  }
}

interface Handmade {
  readonly values: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly more: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly parent: string;
  readonly writes: readonly { readonly type: string; readonly blob: string }[];
}

const message = (kwargs: object, name = "HumanMessage") => ({
  lc: 1,
  type: "constructor",
  id: ["langchain", "schema", "messages", name],
  kwargs,
});
const base64 = (bytes: readonly number[] | string) => Buffer.from(bytes as never).toString("base64");

/** Each in a thread of its own: what is wrong, and what the copy says of it. */
const HOSTILE: readonly (readonly [what: string, made: Partial<Handmade>, reason: RegExp])[] = [
  [
    "a class of LangChain",
    { values: { x: message({}, "ChatPromptValue") } },
    /ChatPromptValue, which LangChain for JavaScript can't read/,
  ],
  ["a name of Object", { values: { x: message({}, "constructor") } }, /constructor, which LangChain/],
  [
    "a field of a message",
    { values: { x: message({ content: "x", id: "1" }, "RemoveMessage") } },
    /would keep the field "content" of its RemoveMessage otherwise/,
  ],
  ["a message without fields", { values: { x: { ...message({}), kwargs: [1] } } }, /can't be stored/],
  [
    "a message in a message",
    { values: { x: message({ content: "", additional_kwargs: { m: message({}) } }) } },
    /inside of another/,
  ],
  ["a record of JavaScript", { values: { x: { lc: 2, type: "undefined" } } }, /read as another one/],
  ["a prototype", { values: JSON.parse('{"x":{"__proto__":{"a":1}}}') as Handmade["values"] }, /__proto__/],
  ["no layout", { more: { type: "other" } }, /layout of langgraph-checkpoint-redis/],
  ["no versions", { more: { channel_versions: { n: "first" } } }, /version/],
  [
    "a pickle",
    { writes: [{ type: "pickle", blob: base64("x") }] },
    /type "pickle", which only Python can read/,
  ],
  ["no JSON", { writes: [{ type: "json", blob: base64("{") }] }, /isn't JSON/],
  [
    "msgpack that ends early",
    { writes: [{ type: "msgpack", blob: base64([0xdd, 0xff, 0xff, 0xff, 0xff]) }] },
    /isn't msgpack/,
  ],
  ["msgpack that goes on", { writes: [{ type: "msgpack", blob: base64([1, 1]) }] }, /isn't msgpack/],
  [
    "deep msgpack",
    { writes: [{ type: "msgpack", blob: base64(Array.from({ length: 100_000 }, () => 0x91)) }] },
    /deeper than 512/,
  ],
  [
    "deep JSON",
    { writes: [{ type: "json", blob: base64(`${"[".repeat(2000)}${"]".repeat(2000)}`) }] },
    /deeper than 512/,
  ],
  [
    "an array of numpy",
    { writes: [{ type: "msgpack", blob: base64([0xc7, 1, 6, 0x90]) }] },
    /array of numpy/,
  ],
  [
    "a dict of numbers",
    { writes: [{ type: "msgpack", blob: base64([0x81, 1, 1]) }] },
    /a key that isn't a str/,
  ],
];

it("reports what is wrong with a checkpoint, and copies the others", async () => {
  const prefix = randomPrefix();
  for (const [what, made] of HOSTILE) await fillOne(prefix, what, made);
  await fillOne(prefix, "good");
  await redis.json.set(`${prefix}:other`, "$", { some: "document" });
  await redis.set(`${prefix}:text`, "no document");
  await redis.json.set(`${prefix}_write:gone:__empty__:${ID}:task:0`, "$", { orphan: true });
  const old = await open({ checkpointPrefix: prefix, checkpointWritePrefix: `${prefix}_write` });
  const [to, problems] = [createSaver(), [] as CopyProblem[]];
  const copied = await copyThreads(old.threads, to, { onProblem: (problem) => problems.push(problem) });
  for (const [what, , reason] of HOSTILE) {
    const found = problems.filter(({ where }) => where.startsWith(`thread ${JSON.stringify(what)},`));
    expect(found, what).toEqual([
      { kind: "failed", where: expect.any(String), reason: expect.stringMatching(reason) },
    ]);
    expect(await to.getTuple({ configurable: { thread_id: what } })).toBeUndefined();
  }
  expect(problems).toContainEqual({
    kind: "failed",
    where: `${prefix}:other`,
    reason: "it isn't a checkpoint of langgraph-checkpoint-redis.",
  });
  expect(copied).toMatchObject({ checkpoints: 1, skipped: 1, failed: HOSTILE.length + 1 });
});

it("copies no value that is made of writes which couldn't be copied", async () => {
  const prefix = randomPrefix();
  const ids = [1, 2, 3, 4].map((n) => `1f1ecf28-0da9-6baa-8001-00000000000${n}`);
  const metadata = { counters_since_delta_snapshot: { log: [1, 1] } };
  const bad = { x: { lc: 2, type: "undefined" } };
  await fillOne(prefix, "t", { id: ids[0] ?? "", values: bad });
  await fillOne(prefix, "t", { id: ids[1] ?? "", parent: ids[0] ?? "", values: {}, metadata });
  await fillOne(prefix, "t", { id: ids[2] ?? "", parent: ids[1] ?? "", values: { log: ["whole"] } });
  await fillOne(prefix, "t", { id: ids[3] ?? "", parent: ids[2] ?? "", values: {}, metadata });
  const old = await open({ checkpointPrefix: prefix, checkpointWritePrefix: `${prefix}_write` });
  const reasons: string[] = [];
  const copied = await copyThreads(old.threads, createSaver(), {
    onProblem: ({ reason }) => reasons.push(reason),
  });
  expect(copied).toMatchObject({ checkpoints: 2, failed: 2 });
  expect(reasons[1]).toMatch(/"log" can't be stored: it is made of what was written before/);
});

it("has documents of LangChain as its own serializer writes them", async () => {
  const prefix = randomPrefix();
  const document = {
    lc: 1,
    type: "constructor",
    id: ["langchain", "schema", "document", "Document"],
    kwargs: { page_content: "Tea.", metadata: { page: 1 }, type: "Document" },
  };
  await fillOne(prefix, "t", { values: { found: [document] } });
  const old = await open({ checkpointPrefix: prefix });
  const to = createSaver();
  await copyThreads(old.threads, to);
  const tuple = await to.getTuple({ configurable: { thread_id: "t" } });
  expect(tuple?.checkpoint.channel_values["found"]).toEqual([{ pageContent: "Tea.", metadata: { page: 1 } }]);
});

it("refuses unknown options, and the URL of a cluster", async () => {
  await expect(PythonRedis.fromUrl(server.url, { prefix: "x" } as never)).rejects.toThrow(/no option prefix/);
});
