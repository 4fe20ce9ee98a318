import { randomBytes } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { DeltaSnapshot, MemorySaver } from "@langchain/langgraph-checkpoint";
import type { CheckpointTuple, SerializerProtocol } from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKnownSegments } from "../src/saver/known-segments.js";
import { anyCharacter } from "../../test/support/any-character.js";
import { at, putValues, toArray } from "./support/checkpoints.js";
import { randomPrefix, randomThread } from "./support/random.js";
import { client, createSaver } from "./support/savers.js";

/** As deep as JSON.stringify of a serializer that walks by recursion goes. */
function nest(depth: number): unknown {
  let value: unknown = "core";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { inner: value } : [value];
  return value;
}

const message = (i: number) => ({ role: "user", content: `message ${i} ${"x".repeat(80)}` });
const messages = (length: number) => Array.from({ length }, (_, i) => message(i));

const EDGES: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  zero: 0,
  false: false,
  empty: "",
  nul: "a\0b",
  emoji: "😀".repeat(100),
  surrogate: "\ud800",
  map: new Map<unknown, unknown>([
    ["a", new Set([1])],
    [2, new Map()],
  ]),
  set: new Set(["a", 1, { b: 2 }]),
  regexp: /a[/]b\n/giu,
  error: new Error("wrong"),
  bytes: new Uint8Array([0, 1, 127, 128, 255]),
  bytesInside: { list: [new Uint8Array([1, 2])], missing: undefined },
  deep: nest(500),
  big: "y".repeat(1_000_000),
  snapshot: new DeltaSnapshot([1, 2]),
  langchain: [new HumanMessage("hi"), new AIMessage({ content: "ho", tool_calls: [] })],
  proto: JSON.parse('{"constructor": 1, "lc": 1}'),
  list: messages(50),
  listOfAll: [...messages(4), [], {}, "text", new Map([["k", new Uint8Array([9])]]), new Error("e"), /x/],
  listWithGap: [...messages(4), undefined, null, 5],
  // oxlint-disable-next-line no-sparse-arrays -- It is what has to survive.
  sparse: [...messages(4), , message(5)],
  repeated: Array.from({ length: 8 }, () => message(1)),
  numbers: Array.from({ length: 1000 }, (_, i) => i / 3),
  bytesList: Array.from({ length: 6 }, () => randomBytes(100)),
};

/** Node's own format: binary, and unlike JSON in every respect. */
const v8Serde: SerializerProtocol = {
  dumpsTyped: async (value) => ["v8", serialize(value)],
  loadsTyped: async (type, data) => {
    if (type !== "v8" || typeof data === "string") throw new Error(`Not of this serializer: ${type}`);
    return deserialize(data);
  },
};

/** Never the same bytes twice, as of one that encrypts. */
const saltedSerde: SerializerProtocol = {
  dumpsTyped: async (value) => ["salted", Buffer.concat([randomBytes(16), serialize(value)])],
  loadsTyped: async (_, data) => deserialize(Buffer.from(data).subarray(16)),
};

describe("values", () => {
  it("come back as from MemorySaver, in a channel, in a write and in metadata", async () => {
    const [saver, memory] = [createSaver(), new MemorySaver()];
    for (const [name, value] of Object.entries(EDGES)) {
      // MemorySaver forgets the type of a write, and can't read bytes back.
      if (name === "bytes") continue;
      const config = at(name);
      const [stored, expected] = await Promise.all(
        [saver, memory].map(async (one) => {
          const metadata = { source: "loop" as const, step: 0, parents: {}, value };
          const put = await putValues(one, config, { value, other: 1 }, metadata);
          await one.putWrites(put, [["value", value]], "task");
          const [listed] = await toArray(one.list(config));
          return { got: await one.getTuple(config), listed };
        }),
      );
      expect(withoutIds(stored?.got), name).toEqual(withoutIds(expected?.got));
      expect(withoutIds(stored?.listed), name).toEqual(withoutIds(expected?.listed));
    }
  });

  it("come back as they were", async () => {
    const saver = createSaver();
    for (const name of [
      "map",
      "set",
      "regexp",
      "error",
      "bytes",
      "deep",
      "emoji",
      "nul",
      "langchain",
      "list",
    ]) {
      const config = await putValues(saver, at(name), { value: EDGES[name] });
      await saver.putWrites(config, [["value", EDGES[name]]], "task");
      const tuple = await saver.getTuple(at(name));
      expect(tuple?.checkpoint.channel_values["value"]).toStrictEqual(EDGES[name]);
      expect(tuple?.pendingWrites?.[0]?.[2]).toStrictEqual(EDGES[name]);
    }
  });

  it.each([
    ["node's", v8Serde],
    ["a salted", saltedSerde],
  ])("go through %s serializer", async (_, serde) => {
    const saver = createSaver({ serde });
    for (const [name, value] of Object.entries(EDGES)) {
      if (name === "langchain" || name === "snapshot") continue;
      const config = await putValues(saver, at(name), { value });
      await saver.putWrites(config, [["value", value]], "task");
      const tuple = await saver.getTuple(at(name));
      expect(tuple?.checkpoint.channel_values["value"], name).toStrictEqual(value);
      expect(tuple?.pendingWrites?.[0]?.[2], name).toStrictEqual(value);
    }
  });

  it("keep what a serializer says of shared objects, which a split list would lose", async () => {
    const saver = createSaver({ serde: v8Serde });
    const shared = message(1);
    await putValues(saver, at("t"), { list: [shared, shared, shared, shared] });
    const { list } = (await saver.getTuple(at("t")))?.checkpoint.channel_values ?? {};
    expect(Array.isArray(list) && list[0] === list[1]).toBe(true);
  });

  it("aren't split once the serializer was replaced", async () => {
    const saver = createSaver();
    saver.serde = v8Serde;
    await putValues(saver, at("t"), { list: [1n, ...messages(5)] });
    const { list } = (await saver.getTuple(at("t")))?.checkpoint.channel_values ?? {};
    expect(list).toStrictEqual([1n, ...messages(5)]);
  });

  it("are never shared by two results", async () => {
    const saver = createSaver();
    const config = await putValues(saver, at("t"), { list: messages(10) });
    await saver.put(
      config,
      { ...(await loaded()), id: "~child" },
      { source: "loop", step: 1, parents: {} },
      {},
    );
    const [a, b] = await toArray(saver.list(at("t")));
    const list = a?.checkpoint.channel_values["list"];
    if (!Array.isArray(list)) throw new Error("There is no list.");
    list[0].content = "changed";
    expect(b?.checkpoint.channel_values["list"]).toEqual(messages(10));

    async function loaded() {
      const tuple = await saver.getTuple(config);
      if (tuple === undefined) throw new Error("There is no checkpoint.");
      return tuple.checkpoint;
    }
  });

  it("are deflated from a size on", async () => {
    const sizes = await Promise.all(
      [{}, { compression: { threshold: 1000 } }].map(async (options) => {
        const keyPrefix = randomPrefix();
        const saver = createSaver({ keyPrefix, ...options });
        for (const [name, value] of Object.entries(EDGES)) {
          const config = await putValues(saver, at(name), { value });
          await saver.putWrites(config, [["value", value]], "task");
          const plain = await createSaver({ keyPrefix }).getTuple(at(name));
          expect(await saver.getTuple(at(name))).toEqual(plain);
        }
        return client.memoryUsage(`${keyPrefix}:{big}:values`, { SAMPLES: 0 });
      }),
    );
    expect(sizes[1]).toBeLessThan(Number(sizes[0]) / 10);
  });

  it("refuses options that mean nothing", () => {
    expect(() => createSaver({ compression: { threshold: Number.NaN } })).toThrow(RangeError);
    expect(() => createSaver({ ttl: { seconds: 0 } })).toThrow(RangeError);
  });
});

describe("lists in segments", () => {
  const element = fc.oneof(
    { weight: 5, arbitrary: fc.nat(12).map(message) },
    fc.string({ unit: anyCharacter, minLength: 70, maxLength: 200 }),
    fc.jsonValue(),
    fc.constantFrom<unknown>(undefined, new Map([[1, 2]]), new Uint8Array(3), new Error("e"), /r/g),
  );
  const edit = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("append" as const),
        items: fc.array(element, { maxLength: 20 }),
      }),
    },
    fc.record({
      kind: fc.constant("replace" as const),
      at: fc.nat(20),
      items: fc.array(element, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(20), items: fc.constant([]) }),
    fc.record({ kind: fc.constant("forget" as const), items: fc.constant([]) }),
  );

  it("come back the same after any change of a list, by any writer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.array(edit, { minLength: 1, maxLength: 12 }), async (first, edits) => {
        const [keyPrefix, threadId] = [randomPrefix(), randomThread()];
        const memory = new MemorySaver();
        let saver = createSaver({ keyPrefix });
        let list: unknown[] = messages(first);
        let config = at(threadId);
        let inMemory = at(threadId);
        for (const [i, change] of edits.entries()) {
          if (change.kind === "append") list = list.concat(change.items);
          if (change.kind === "cut") list = list.slice(0, change.at);
          if (change.kind === "replace") list = list.toSpliced(change.at, 2, ...change.items);
          // Another process: it doesn't know what Redis has.
          if (change.kind === "forget") saver = createSaver({ keyPrefix });
          const checkpoint = {
            v: 4,
            id: `${10 + i}`,
            ts: "",
            versions_seen: {},
            channel_values: { list },
            channel_versions: { list: i + 1 },
          };
          const metadata = { source: "loop" as const, step: i, parents: {} };
          config = await saver.put(config, checkpoint, metadata, { list: i + 1 });
          inMemory = await memory.put(inMemory, checkpoint, metadata);
        }
        expect(await toArray(saver.list(at(threadId)))).toEqual(await toArray(memory.list(at(threadId))));
        await saver.prune(threadId, { keepLast: 2 });
        expect(await toArray(saver.list(at(threadId)))).toEqual(
          await toArray(memory.list(at(threadId), { limit: 2 })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("are sent again when Redis has lost them", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix });
    const config = await putValues(saver, at("t"), { list: messages(20), other: 1 });
    await createSaver({ keyPrefix }).deleteThread("t");
    const tuple = { ...(await createSaver().getTuple(config)) };
    expect(tuple).toEqual({});
    const checkpoint = {
      v: 4,
      id: "~",
      ts: "",
      versions_seen: {},
      channel_values: { list: messages(21), other: 1 },
      channel_versions: { list: 2, other: 1 },
    };
    await saver.put(config, checkpoint, { source: "loop", step: 1, parents: {} }, { list: 2 });
    expect((await createSaver({ keyPrefix }).getTuple(at("t")))?.checkpoint).toEqual(checkpoint);
  });

  it("are sent again when a prune by another process took them away", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix });
    const long = await putValues(saver, at("t"), { list: messages(20) });
    const short = await putValues(saver, long, { list: messages(2) });
    await createSaver({ keyPrefix }).prune("t", { keepLast: 1 });
    expect(await client.hLen(`${keyPrefix}:{t}:segments`)).toBe(0);
    await putValues(saver, short, { list: messages(21) });
    const tuple = await createSaver({ keyPrefix }).getTuple(at("t"));
    expect(tuple?.checkpoint.channel_values).toEqual({ list: messages(21) });
  });

  it("cost no more than what is new in them", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix });
    let config = at("t");
    for (let i = 4; i < 104; i++) config = await putValues(saver, config, { list: messages(i) });
    // Each message once by itself, but for each sixteenth, and then once among 16.
    expect(await client.hLen(`${keyPrefix}:{t}:segments`)).toBe(103);
  });

  it("are remembered within bounds", () => {
    const known = createKnownSegments(10);
    known.add("a", ["1", "2", "3", "4"]);
    known.add("b", ["1", "2", "3", "4"]);
    known.add("a", ["5"]);
    known.add("c", ["1", "2", "3"]);
    expect(["a", "b", "c"].map((thread) => known.has(thread, "1"))).toEqual([true, false, true]);
    known.forget("a");
    expect(known.has("a", "5")).toBe(false);
    known.add(
      "d",
      Array.from({ length: 11 }, (_, i) => String(i)),
    );
    expect(["c", "d"].map((thread) => known.has(thread, "1"))).toEqual([false, false]);
  });
});

/** Each saver was given a checkpoint of its own. */
function withoutIds(tuple: CheckpointTuple | undefined) {
  const { checkpoint, pendingWrites, metadata } = tuple ?? {};
  return { values: checkpoint?.channel_values, pendingWrites, metadata };
}
