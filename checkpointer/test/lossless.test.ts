import { HumanMessage } from "@langchain/core/messages";
import { Send } from "@langchain/langgraph";
import { JsonPlusSerializer, MemorySaver } from "@langchain/langgraph-checkpoint";
import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MnemeStore } from "../src/index.js";
import { runs } from "../../test/support/run/long.js";
import { at, METADATA, putValues } from "./support/checkpoints.js";
import { createSaver } from "./support/savers.js";

const circle = (): unknown => {
  const one: Record<string, unknown> = { name: "one" };
  one["list"] = [{ back: one }];
  return one;
};
const failing = {
  toJSON() {
    throw new Error("no JSON today");
  },
};

/** What LangGraph's serializer leaves out, writes as something else, or answers with a sentence. */
const LOST: Record<string, () => unknown> = {
  BigInt: () => 12n,
  "BigInt inside": () => ({ order: { total: 12n } }),
  "BigInt in a long list": () => [...Array.from({ length: 40 }, (_, n) => ({ n })), { n: 40n }],
  "BigInt in a Map": () => new Map([["total", 12n]]),
  "BigInt as a key of a Map": () => new Map([[12n, "total"]]),
  "BigInt in a Set": () => new Set([12n]),
  "throwing toJSON": () => ({ failing }),
  "throwing getter": () => ({
    get broken() {
      throw new Error("no value today");
    },
  }),
  circle,
  "circle through a Map": () => {
    const map = new Map<string, unknown>();
    map.set("self", { map });
    return map;
  },
  function: () => () => 1,
  "function inside": () => ({ tools: [{ name: "add", call: () => 1 }] }),
  symbol: () => Symbol("mark"),
  "symbol inside": () => ({ marks: [Symbol("mark")] }),
  NaN: () => ({ score: NaN }),
  Infinity: () => [1, Infinity],
  "typed array": () => ({ vector: new Float32Array([1, 2]) }),
  "a key named __proto__": () => JSON.parse('{"user": {"__proto__": 1}}') as unknown,
  Promise: () => ({ later: Promise.resolve(1) }),
};

describe("a value that would be stored as something else", () => {
  it.each(Object.keys(LOST))(
    "is refused in a channel, a write and metadata, which the error names: %s",
    async (name) => {
      const saver = createSaver();
      const value = LOST[name]?.();
      const refusal = /^The channel "price list" can't be stored: /;
      await expect(putValues(saver, at("t"), { "price list": value, other: 1 })).rejects.toThrow(refusal);
      expect(await saver.getTuple(at("t"))).toBeUndefined();

      const config = await putValues(saver, at("t"), { other: 1 });
      const writes: [string, unknown][] = [
        ["other", 2],
        ["price list", value],
      ];
      await expect(saver.putWrites(config, writes, "task")).rejects.toThrow(refusal);
      expect((await saver.getTuple(at("t")))?.pendingWrites).toEqual([]);

      const metadata = { ...METADATA, note: value };
      await expect(putValues(saver, at("u"), { other: 1 }, metadata)).rejects.toThrow(
        /metadata can't be stored/,
      );
    },
  );

  it("is refused as well where LangGraph's serializer is given by name", async () => {
    const saver = createSaver({ serde: new JsonPlusSerializer() });
    await expect(putValues(saver, at("t"), { total: 12n })).rejects.toThrow(/The channel "total"/);
  });

  it("is named with its place", async () => {
    const saver = createSaver();
    const order = { items: [{ price: 1 }, { price: 2n }] };
    await expect(putValues(saver, at("t"), { order })).rejects.toThrow(
      'The channel "order" can\'t be stored: JSON has no BigInt, at items.1.price.',
    );
  });

  it("names its channel where another serializer fails", async () => {
    const serde: SerializerProtocol = {
      dumpsTyped: () => Promise.reject(new Error("out of ink")),
      loadsTyped: () => Promise.resolve(undefined),
    };
    await expect(putValues(createSaver({ serde }), at("t"), { total: 1 })).rejects.toThrow(
      /^The (channel "total"|checkpoint|checkpoint's metadata) can't be stored: out of ink/,
    );
  });

  it("is refused by the store before anything is sent", async () => {
    let sent = 0;
    const store = new MnemeStore({
      url: "http://127.0.0.1:1",
      fetch: () => {
        sent += 1;
        return Promise.reject(new Error("nothing should be sent"));
      },
    });
    const lost = Object.entries(LOST).filter(([name]) => !name.includes("__proto__"));
    for (const [name, make] of lost) {
      await expect(store.put(["a"], "my item", { value: make() }), name).rejects.toThrow(
        /^The value of the item "my item" can't be stored: /,
      );
    }
    expect(sent).toBe(0);
  });
});

describe("a value that LangGraph's serializer keeps", () => {
  it("is stored, also where it is shared, deep or has a toJSON", async () => {
    const shared = { n: 1 };
    let deep: unknown = shared;
    for (let level = 0; level < 300; level++) deep = { deep };
    const values = {
      shared: [shared, shared, { shared }],
      deep,
      date: { at: new Date(0) },
      message: new HumanMessage("hi"),
      send: new Send("node", { n: 1 }),
      missing: { a: undefined, list: [undefined] },
      bytes: { bytes: new Uint8Array([1]) },
    };
    const [saver, memory] = [createSaver(), new MemorySaver()];
    for (const one of [saver, memory]) await putValues(one, at("t"), values);
    const [stored, expected] = await Promise.all([saver.getTuple(at("t")), memory.getTuple(at("t"))]);
    expect(stored?.checkpoint.channel_values).toEqual(expected?.checkpoint.channel_values);
  });

  it("comes back equal, and what wouldn't is refused, whatever the value", async () => {
    const saver = createSaver();
    const leaf = fc.oneof(
      fc.string(),
      // JSON has one zero.
      fc.double().map((number) => number + 0),
      fc.bigInt(),
      fc.constant(Symbol("s")),
      fc.constant(() => 1),
      fc.boolean(),
      fc.constant(null),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("any")),
        fc.dictionary(fc.string(), tie("any")),
      ),
    })).any;
    const run = fc.asyncProperty(value, async (original) => {
      const thread = at(crypto.randomUUID());
      const stored = await putValues(saver, thread, { value: original }).then(
        () => true,
        () => false,
      );
      const tuple = await saver.getTuple(thread);
      if (stored) expect(tuple?.checkpoint.channel_values["value"]).toEqual(original);
      else expect(tuple).toBeUndefined();
    });
    await fc.assert(run, { numRuns: runs(200) });
  });
});
