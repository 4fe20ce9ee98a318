import { uuid6 } from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOSTILE, LONE_SURROGATES } from "../../test/support/hostile.js";
import { escapeField, unescapeField } from "../src/saver/fields.js";
import { RedisSaver } from "../src/index.js";
import { at, checkpointOf, idsOf, METADATA, putChain, putValues, toArray } from "./support/checkpoints.js";
import { randomPrefix } from "./support/random.js";
import { client, createSaver } from "./support/savers.js";

const KIB = 1024;
const KEY_LIKE = ["a", "a:", "a:b", "a:b:", ":", "{a}", "}a{", "{}", "threads", "a}:index", "acct", "acct:7"];
const PATTERNS = ["*", "a*", "[a]", "\\", "%61", "%u6100"];
const ZEROS = ["a\0", "a\0b", "\0", "\x01", "\x01\x01"];
const LONG = ["x".repeat(KIB), "😀".repeat(KIB / 2)];
const NAMES = [...HOSTILE, ...LONE_SURROGATES, ...KEY_LIKE, ...PATTERNS, ...ZEROS, ...LONG, " ", "\n"];
const DISTINCT = [...new Set(NAMES)];

describe("hostile names", () => {
  it("keeps threads apart, lists each by its name, and deletes one alone", async () => {
    const saver = createSaver();
    for (const name of DISTINCT) {
      const config = await putValues(saver, at(name), { name });
      await saver.putWrites(config, [["name", name]], name, name);
    }
    for (const name of DISTINCT) {
      const tuple = await saver.getTuple(at(name));
      expect(tuple?.config.configurable?.["thread_id"]).toBe(name);
      expect(tuple?.checkpoint.channel_values).toEqual({ name });
      expect(tuple?.pendingWrites).toEqual([[name, "name", name]]);
      expect((await toArray(saver.list(at(name)))).length).toBe(1);
    }

    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await saver.listThreads({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      listed.push(...page.threads.map(({ threadId }) => threadId));
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(listed.toSorted()).toEqual(DISTINCT.toSorted());

    for (const [i, name] of DISTINCT.entries()) {
      await saver.deleteThread(name);
      expect(await saver.getTuple(at(name))).toBeUndefined();
      const next = DISTINCT[i + 1];
      if (next !== undefined) expect(await saver.getTuple(at(next))).toBeDefined();
    }
    expect((await saver.listThreads()).threads).toEqual([]);
  });

  it("keeps namespaces, checkpoints, channels and tasks apart", async () => {
    const saver = createSaver();
    const names = DISTINCT;
    for (const name of names) {
      const checkpoint = {
        v: 4,
        ts: new Date().toISOString(),
        id: `1-${name}`,
        versions_seen: {},
        channel_values: { [name]: name },
        channel_versions: { [name]: 1 },
      };
      const config = await saver.put(at("t", name), checkpoint, METADATA, { [name]: 1 });
      await saver.putWrites(config, [[name, name]], name, name);
    }
    for (const name of names) {
      for (const config of [at("t", name), at("t", name, `1-${name}`)]) {
        const tuple = await saver.getTuple(config);
        expect(tuple?.checkpoint.id).toBe(`1-${name}`);
        expect(tuple?.config).toEqual(at("t", name, `1-${name}`));
        expect(tuple?.checkpoint.channel_values).toEqual({ [name]: name });
        expect(tuple?.pendingWrites).toEqual([[name, name, name]]);
      }
    }
    expect((await toArray(saver.list({ configurable: { thread_id: "t" } }))).length).toBe(names.length);
    const namespaces = (await saver.describeThread("t"))?.namespaces ?? [];
    expect(namespaces.toSorted()).toEqual(names.toSorted());
  });

  it("lets a channel be named __proto__", async () => {
    const saver = createSaver();
    const values = JSON.parse('{"__proto__": "own"}') as Record<string, unknown>;
    const seen = JSON.parse('{"__proto__": {"__proto__": 3}, "node": {"__proto__": 2}}') as Record<
      string,
      never
    >;
    const checkpoint = { ...checkpointOf(values), versions_seen: seen };
    await saver.put(at("t"), checkpoint, METADATA, checkpoint.channel_versions);
    await saver.putWrites(at("t", "", checkpoint.id), [["__proto__", "written"]], "task");
    const loaded = await saver.getTuple(at("t"));
    const { channel_values, channel_versions, versions_seen } = loaded?.checkpoint ?? checkpointOf({});
    // As text: `toEqual` doesn't look at a property of this name.
    expect(JSON.stringify({ channel_values, channel_versions, versions_seen })).toBe(
      JSON.stringify({
        channel_values: values,
        channel_versions: checkpoint.channel_versions,
        versions_seen: seen,
      }),
    );
    expect(loaded?.pendingWrites).toEqual([["task", "__proto__", "written"]]);
  });

  it("escapes one to one, and keeps the order", () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom("\0", "\x01", "\x02", "a"), fc.string({ unit: "grapheme" })),
    });
    const bytes = (field: string): Buffer => Buffer.from(escapeField(field));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(unescapeField(escapeField(a))).toBe(a);
        expect(escapeField(a)).not.toContain("\0");
        expect(Math.sign(Buffer.compare(bytes(a), bytes(b)))).toBe(
          Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
      }),
    );
    for (const name of LONE_SURROGATES) expect(unescapeField(bytes(name).toString())).toBe(name);
  });

  it("takes no thread that is not text", async () => {
    const saver = createSaver();
    for (const thread of [7, null, {}, true]) {
      const config = { configurable: { thread_id: thread } };
      await expect(putValues(saver, config, {})).rejects.toThrow(TypeError);
      await expect(saver.getTuple(config)).rejects.toThrow(TypeError);
    }
    await expect(putValues(saver, at(""), {})).rejects.toThrow("thread_id");
  });
});

describe("listing", () => {
  it("gives every checkpoint once, by descending id, whatever the order they were stored in", async () => {
    const saver = createSaver();
    const ids = Array.from({ length: 65 }, (_, i) => `${String((i * 37) % 65).padStart(3, "0")}`);
    for (const id of ids) {
      const checkpoint = { v: 4, ts: "", id, versions_seen: {}, channel_values: {}, channel_versions: {} };
      await saver.put(at("t", Number(id) % 2 === 0 ? "" : "sub"), checkpoint, METADATA, {});
    }
    const descending = ids.toSorted().toReversed();
    expect(idsOf(await toArray(saver.list({ configurable: { thread_id: "t" } })))).toEqual(descending);
    const even = descending.filter((id) => Number(id) % 2 === 0);
    expect(idsOf(await toArray(saver.list(at("t"))))).toEqual(even);
    expect(idsOf(await toArray(saver.list(at("t"), { before: at("t", "", "031"), limit: 30 })))).toEqual(
      even.filter((id) => id < "031"),
    );
  });

  it("filters by any metadata, of any type", async () => {
    const saver = createSaver();
    const kinds: Record<string, unknown>[] = [
      { flag: true },
      { flag: false },
      { score: 0.5 },
      { score: null },
      { "odd key: *": "odd value }" },
      { tags: ["a", { b: 1 }] },
      { nested: { deep: [1] } },
    ];
    for (const extra of kinds) {
      await putValues(saver, at("t"), {}, { ...METADATA, ...extra });
    }
    for (const filter of kinds) {
      const found = await toArray(saver.list(at("t"), { filter }));
      expect(found.map(({ metadata }) => metadata)).toEqual([{ ...METADATA, ...filter }]);
    }
    expect(await toArray(saver.list(at("t"), { filter: { flag: "true" } }))).toEqual([]);
    expect((await toArray(saver.list(at("t"), { filter: { step: 0 }, limit: 3 }))).length).toBe(3);
  });

  it("finds what matches beyond the first page of metadata", async () => {
    const saver = createSaver();
    const [first] = await putChain(saver, "t", 520);
    const found = await toArray(saver.list(at("t"), { filter: { step: 0 } }));
    expect(found.map(({ config }) => config)).toEqual([first]);
  });

  it("goes through all threads without a thread", async () => {
    const saver = createSaver();
    for (let i = 0; i < 60; i++) await putChain(saver, `t${i}`, 2);
    const all = await toArray(saver.list({}));
    expect(all.length).toBe(120);
    expect(new Set(all.map(({ config }) => config.configurable?.["thread_id"])).size).toBe(60);
    expect((await toArray(saver.list({}, { limit: 33 }))).length).toBe(33);
    expect((await toArray(saver.list({}, { filter: { step: 1 } }))).length).toBe(60);
  });

  it("reads the newest of a namespace by the name of old too", async () => {
    const saver = createSaver();
    const [first, second] = await putChain(saver, "t", 2);
    const old = { configurable: { thread_id: "t", thread_ts: first?.configurable?.["checkpoint_id"] } };
    expect((await saver.getTuple(old))?.config).toEqual(first);
    expect((await saver.getTuple(at("t")))?.config).toEqual(second);
  });
});

describe("the list of threads", () => {
  it("describes each thread, the youngest first", async () => {
    const saver = createSaver({ ttl: { seconds: 1000 } });
    await putChain(saver, "one", 3);
    await putChain(saver, "one", 2, "sub:1");
    const { threads, cursor } = await saver.listThreads();
    expect(cursor).toBeUndefined();
    expect(threads).toEqual([
      {
        threadId: "one",
        checkpoints: 5,
        namespaces: ["", "sub:1"],
        createdAt: expect.any(Date),
        expiresAt: expect.any(Date),
      },
    ]);
  });

  it("is healed by the next process that writes to the thread", async () => {
    const keyPrefix = randomPrefix();
    await putChain(createSaver({ keyPrefix }), "t", 1);
    await client.del(`${keyPrefix}:threads`);
    await putChain(createSaver({ keyPrefix }), "t", 1);
    const { threads } = await createSaver({ keyPrefix }).listThreads();
    expect(threads.map(({ threadId, checkpoints }) => [threadId, checkpoints])).toEqual([["t", 2]]);
  });

  it("lets go of a thread that is gone", async () => {
    const keyPrefix = randomPrefix();
    const saver = createSaver({ keyPrefix });
    await putChain(saver, "stays", 1);
    await client.zAdd(`${keyPrefix}:threads`, { score: 1, value: '"gone"' });
    expect((await saver.listThreads()).threads.map(({ threadId }) => threadId)).toEqual(["stays"]);
    expect(await client.zCard(`${keyPrefix}:threads`)).toBe(1);
  });

  it("is another one for each prefix", async () => {
    const [a, b] = [createSaver(), createSaver()];
    await putChain(a, "t", 1);
    expect(await b.getTuple(at("t"))).toBeUndefined();
    expect((await b.listThreads()).threads).toEqual([]);
  });

  it("refuses a cursor that it didn't give", async () => {
    await expect(createSaver().listThreads({ cursor: "x" })).rejects.toThrow("cursor");
  });
});

describe("the connection", () => {
  it("is the saver's own when it made it", async () => {
    const threadId = uuid6(0);
    const keyPrefix = randomPrefix();
    const url = String(client.options?.url);
    {
      await using saver = await RedisSaver.fromUrl(url, { keyPrefix });
      await putChain(saver, threadId, 1);
    }
    const again = await RedisSaver.fromUrl(url, { keyPrefix });
    expect(await again.getTuple(at(threadId))).toBeDefined();
    await again.end();
    await again.end();
    await expect(again.getTuple(at(threadId))).rejects.toThrow();
    expect(JSON.stringify({ again })).toBe('{"again":"[RedisSaver]"}');
  });

  it("stays open when it was given", async () => {
    const saver = createSaver();
    await saver.end();
    await putChain(saver, "t", 1);
    expect(client.isReady).toBe(true);
  });
});
