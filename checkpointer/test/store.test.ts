import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AsyncBatchedStore, InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import type { SearchItem } from "@langchain/langgraph-checkpoint";
import { Annotation, START, StateGraph } from "@langchain/langgraph";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";
import { as, createKey, keyFor } from "../../test/support/acts/access.js";
import { HOSTILE } from "../../test/support/hostile.js";
import { listAll, remember } from "../../test/support/acts/memories.js";
import { startService, until, useService } from "../../test/support/service/service.js";
import { MnemeStore, MnemeStoreError } from "../src/index.js";
import type { MnemeStoreOptions } from "../src/index.js";

const service = await useService();

const newRoot = (): string => `r${randomUUID()}`;
const storeOf = (options: Partial<MnemeStoreOptions> = {}): MnemeStore =>
  new MnemeStore({ url: service.url, rootNamespace: newRoot(), ...options });
const keysOf = (items: readonly SearchItem[]): string[] => items.map(({ key }) => key);

describe("an item", () => {
  it("is put, read, replaced and deleted", async () => {
    const store = storeOf();
    const place = ["users", "ada"];
    expect(await store.get(place, "tea")).toBeNull();
    await store.put(place, "tea", { likes: "green", cups: 2, notes: ["hot", { sugar: null }] });
    const first = await store.get(place, "tea");
    expect(first).toMatchObject({
      namespace: place,
      key: "tea",
      value: { likes: "green", cups: 2, notes: ["hot", { sugar: null }] },
    });
    expect(first?.createdAt).toBeInstanceOf(Date);
    await sleep(5);
    await store.put(place, "tea", { likes: "black" });
    const next = await store.get(place, "tea");
    expect(next?.value).toEqual({ likes: "black" });
    expect(next?.createdAt).toEqual(first?.createdAt);
    expect(next?.updatedAt.getTime()).toBeGreaterThan(first?.updatedAt.getTime() ?? Infinity);
    await store.delete(place, "tea");
    await store.delete(place, "tea");
    expect(await store.get(place, "tea")).toBeNull();
  });

  it("of one key is another one in each namespace, and none of another store's", async () => {
    const [store, other] = [storeOf(), storeOf()];
    await store.put(["acct"], "k", { n: 1 });
    await store.put(["acct", "sub"], "k", { n: 2 });
    await store.put(["acct-sub"], "k", { n: 3 });
    expect((await store.get(["acct"], "k"))?.value).toEqual({ n: 1 });
    expect((await store.get(["acct", "sub"], "k"))?.value).toEqual({ n: 2 });
    expect((await store.search(["acct"])).map(({ value }) => value["n"])).toEqual([1, 2]);
    await store.delete(["acct"], "k");
    expect((await store.search([])).map(({ value }) => value["n"])).toEqual([3, 2]);
    expect(await other.search([])).toEqual([]);
    expect(await other.get(["acct", "sub"], "k")).toBeNull();
  });

  it("of which many are put at once is one", async () => {
    const root = newRoot();
    const stores = [0, 1, 2, 3].map(() => storeOf({ rootNamespace: root }));
    await Promise.all(
      Array.from({ length: 32 }, (_, n) => stores[n % 4]?.put(["raced"], "k", { n, same: true })),
    );
    const found = await stores[0]?.search(["raced"], { filter: { same: true } });
    expect(found).toHaveLength(1);
    expect(await listAll(service, `${root}.raced`)).toHaveLength(1);
  });

  it("may have any label, key and text", async () => {
    const store = storeOf();
    const labels = HOSTILE.filter((label) => !/[.:\0]/.test(label));
    const places = labels.map((label) => ["hostile", label]);
    await Promise.all(places.map((place, n) => store.put(place, labels[n] ?? "", { text: labels[n], n })));
    await Promise.all(HOSTILE.map((key) => store.put(["keys"], key, { [key]: key })));
    for (const [n, place] of places.entries())
      expect(await store.get(place, labels[n] ?? "")).toMatchObject({ namespace: place, value: { n } });
    for (const key of HOSTILE) {
      const item = await store.get(["keys"], key);
      expect(Object.entries(item?.value ?? {})).toEqual([[key, key]]);
    }
    const found = await store.search(["hostile"], { limit: 1000 });
    expect(found.map(({ namespace }) => namespace[1]).toSorted()).toEqual(labels.toSorted());
    const listed = await store.listNamespaces({ prefix: ["hostile"], limit: 1000 });
    expect(listed.map(([, label]) => label).toSorted()).toEqual(labels.toSorted());
    const star = await store.search(["hostile", "*"]);
    expect(star.map(({ value }) => value["text"])).toEqual(["*"]);
  });

  it("expires after its TTL, which each put restarts", async () => {
    const root = newRoot();
    const store = storeOf({ rootNamespace: root, ttlSeconds: 2 });
    const lasting = storeOf({ rootNamespace: root });
    await store.put(["t"], "short", { n: 1 });
    await lasting.put(["t"], "long", { n: 1 });
    const ends = async (): Promise<(string | null)[]> =>
      (await listAll(service, `${root}.t`, { order: "asc" })).map(({ expires_at }) => expires_at);
    const before = await ends();
    await sleep(20);
    await store.put(["t"], "short", { n: 1 });
    const after = await ends();
    expect([before[1], after[1]]).toEqual([null, null]);
    expect(Date.parse(after[0] ?? "")).toBeGreaterThan(Date.parse(before[0] ?? ""));
    await until(
      () => store.get(["t"], "short"),
      (item) => item === null,
    );
    expect(keysOf(await store.search(["t"]))).toEqual(["long"]);
  });

  it("is refused with the service's code where it is too large, or no object", async () => {
    const store = storeOf();
    const wrong = store.put(["t"], "k".repeat(300), { a: 1 });
    await expect(wrong).rejects.toThrow(MnemeStoreError);
    await expect(wrong).rejects.toMatchObject({ code: "invalid_request", status: 400 });
    await expect(store.put(["t"], "k", { text: "x".repeat(5_000_000) })).rejects.toThrow(/item "k".*4 MiB/);
    for (const value of [[1], "text", 1] as unknown as Record<string, unknown>[])
      await expect(store.put(["t"], "k", value)).rejects.toThrow(TypeError);
    await expect(store.put(["t"], "k\ud800", {})).rejects.toThrow(TypeError);
    await expect(store.put([], "k", {})).rejects.toThrow(InvalidNamespaceError);
    await expect(store.batch([{ namespace: [], key: "k", value: {} }])).rejects.toThrow(
      InvalidNamespaceError,
    );
    expect(await store.search([])).toEqual([]);
  });
});

describe("search", () => {
  it("finds more than a page holds, in pages of any size, also by conditions that mneme doesn't know", async () => {
    const store = storeOf();
    const all = Array.from({ length: 450 }, (_, n) => n);
    await store.batch(
      all.map((n) => ({ namespace: ["many", String(n % 7)], key: `k${n}`, value: { n, odd: n % 2 === 1 } })),
    );
    expect(await store.search(["many"], { limit: 1000 })).toHaveLength(450);
    const high = { n: { $gte: 300 }, odd: true };
    const whole = keysOf(await store.search(["many"], { filter: high, limit: 1000 }));
    expect(whole).toHaveLength(75);
    const paged: string[] = [];
    for (let offset = 0; offset < 90; offset += 20)
      paged.push(...keysOf(await store.search(["many"], { filter: high, limit: 20, offset })));
    expect(paged).toEqual(whole);
    expect(await store.search(["many"], { filter: high, offset: 75 })).toEqual([]);
    // More than a recall ranks, and most of what it ranks doesn't fit.
    const queried = await store.search(["many"], {
      query: "odd true",
      filter: { n: { $lt: 200 } },
      limit: 300,
    });
    expect(queried.map(({ value }) => Number(value["n"])).toSorted((a, b) => a - b)).toEqual(
      all.slice(0, 200),
    );
  }, 60_000);

  it("compares as LangGraph documents", async () => {
    const store = storeOf();
    await store.batch([
      { namespace: ["f"], key: "a", value: { score: 3, color: "red", list: ["red"], o: { p: 1 } } },
      { namespace: ["f"], key: "b", value: { score: 4.99, color: "blue", list: ["blue", "red"] } },
      { namespace: ["f"], key: "c", value: { score: 5, color: null } },
    ]);
    const found = async (filter: Record<string, unknown>) =>
      keysOf(await store.search(["f"], { filter }))
        .toSorted()
        .join("");
    expect(await found({ score: { $gt: 3, $lte: 5 } })).toBe("bc");
    expect(await found({ score: { $gte: 3, $lt: 4.99 }, color: "red" })).toBe("a");
    expect(await found({ color: { $ne: "red" } })).toBe("bc");
    expect(await found({ color: null })).toBe("c");
    expect(await found({ color: { $eq: "blue" } })).toBe("b");
    expect(await found({ color: { $in: ["blue", null] } })).toBe("bc");
    expect(await found({ color: { $nin: ["blue", null] } })).toBe("a");
    // An element of a list isn't the list.
    expect(await found({ list: "red" })).toBe("");
    expect(await found({ list: ["red"] })).toBe("a");
    expect(await found({ o: { p: 1 } })).toBe("a");
    expect(await found({})).toBe("abc");
    expect(await found({ color: { $exists: true }, list: { $exists: false } })).toBe("c");
    expect(await found({ score: { $not: { $gte: 4 } } })).toBe("a");
    expect(await found({ $or: [{ score: 5 }, { color: "red" }] })).toBe("ac");
    expect(await found({ $and: [{ score: { $gt: 3 } }, { $not: { color: null } }] })).toBe("b");
  });

  it("means fields that are called like operators in $literal, and those of mneme as they stand", async () => {
    const store = storeOf();
    await store.put(["f"], "a", { $or: 1, or: "Oregon", gte: 2, range: { $gte: 1 } });
    await store.put(["f"], "b", { or: "Ohio" });
    const found = async (filter: Record<string, unknown>) =>
      keysOf(await store.search(["f"], { filter })).join("");
    expect(await found({ $literal: { $or: 1 } })).toBe("a");
    expect(await found({ or: "Oregon", gte: 2 })).toBe("a");
    expect(await found({ or: { $in: ["Ohio", "Oregon"] } })).toBe("ab");
    expect(await found({ range: { $eq: { $gte: 1 } } })).toBe("a");
  });

  it("refuses an operator that isn't known, or has no such operand, and names it", async () => {
    const store = storeOf();
    await store.put(["f"], "a", { score: 1 });
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ score: { $near: 3 } }, /Unknown operator \$near/],
      [{ $xor: [{ score: 1 }] }, /Unknown operator \$xor/],
      [{ $or: [{ score: 1 }, { $nand: [] }] }, /Unknown operator \$nand/],
      [{ score: { $not: { $close: 1 } } }, /Unknown operator \$close/],
      [{ $or: { score: 1 } }, /\$or takes a list/],
      [{ $and: [] }, /\$and takes a list that isn't empty/],
      [{ score: { $in: 1 } }, /\$in takes a list/],
      [{ score: { $exists: 1 } }, /\$exists takes true or false/],
      [{ score: { $gte: 1, unit: "kg" } }, /with other keys/],
    ];
    for (const [filter, message] of wrong) {
      await expect(store.search(["f"], { filter }), JSON.stringify(filter)).rejects.toThrow(message);
      await expect(store.search(["f"], { filter, query: "x" })).rejects.toThrow(message);
    }
  });

  it("doesn't show memories without a key, nor those beside the root", async () => {
    const root = newRoot();
    const store = storeOf({ rootNamespace: root });
    await store.put(["a"], "k", { text: "tea" });
    await remember(service, `${root}.a`, { content: "tea without a key" });
    await remember(service, `${root}.b`, { content: "tea in another namespace" });
    await storeOf({ rootNamespace: `${root}x` }).put(["a"], "beside", { text: "tea" });
    for (const options of [{}, { query: "tea" }])
      expect(keysOf(await store.search([], options))).toEqual(["k"]);
    expect(await store.listNamespaces()).toEqual([["a"]]);
    expect(await store.listNamespaces({ suffix: [root, "a"] })).toEqual([]);
  });

  it("ranks by words where the service has no embedder, and shows the others after them", async () => {
    const store = storeOf();
    await store.put(["w"], "other", { text: "about coffee" });
    await store.put(["w"], "id", { text: "account CX-7742-B" });
    const found = await store.search(["w"], { query: "CX-7742-B" });
    expect(found.map(({ key, score }) => [key, score === undefined])).toEqual([
      ["id", false],
      ["other", true],
    ]);
    expect(await store.search(["w"], { query: "the" })).toHaveLength(2);
    expect(await store.search(["w"], { query: " " })).toHaveLength(2);
  });

  it("ranks items of one text each, before those that fit less", async () => {
    const store = storeOf();
    const text = "The harbour gate code is 4471.";
    await store.put(["same"], "worse", { text: "A harbour has an old gate." }, ["text"]);
    for (const n of [1, 2]) await store.put(["same", `${n}`], `k${n}`, { text, n }, ["text"]);
    await store.put(["same", "1"], "k3", { text, n: 3 }, ["text"]);
    const found = await store.search(["same"], { query: "harbour gate code", limit: 3 });
    expect(found.map(({ value, score }) => [value["n"], score === undefined]).toSorted()).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
  });
});

describe("what is searched", () => {
  const value = {
    title: "Alpha report",
    meta: { author: { name: "Berta" } },
    chapters: [{ content: "gamma rays" }, { content: "delta waves" }],
    tags: ["epsilon"],
    year: 1999,
  };
  const WORDS = ["alpha", "berta", "gamma", "delta", "epsilon", "1999"];

  async function foundBy(store: MnemeStore, index?: false | string[]): Promise<string[]> {
    await store.put(["i"], "k", value, index);
    const found: string[] = [];
    for (const word of WORDS) {
      const [item] = await store.search(["i"], { query: word });
      if (item?.score !== undefined) found.push(word);
    }
    return found;
  }

  it("is all of a value, or what the paths say", async () => {
    expect(await foundBy(storeOf())).toEqual(WORDS);
    expect(await foundBy(storeOf({ index: { fields: ["title"] } }))).toEqual(["alpha"]);
    expect(await foundBy(storeOf(), ["meta.author.name", "tags"])).toEqual(["berta", "epsilon"]);
    expect(await foundBy(storeOf(), ["chapters[*].content"])).toEqual(["gamma", "delta"]);
    expect(await foundBy(storeOf(), ["chapters[0].content", "year"])).toEqual(["gamma", "1999"]);
    expect(await foundBy(storeOf(), ["chapters[-1].content"])).toEqual(["delta"]);
    expect(await foundBy(storeOf(), ["none", "title.none", "chapters[7].content"])).toEqual([]);
    expect(await foundBy(storeOf({ index: { fields: ["title"] } }), ["year"])).toEqual(["1999"]);
  });

  it("is nothing with index: false, and it changes with the next put", async () => {
    const store = storeOf();
    expect(await foundBy(store)).toEqual(WORDS);
    expect(await foundBy(store, false)).toEqual([]);
    expect(await store.get(["i"], "k")).toMatchObject({ value });
    expect(await foundBy(store, ["title"])).toEqual(["alpha"]);
  });
});

describe("hybrid recall", () => {
  it("finds by meaning and by words, with a score, best first", async () => {
    const meaning = await startService({ MNEME_EMBEDDER: "local" });
    try {
      const store = new MnemeStore({ url: meaning.url });
      await store.put(["ada", "memories"], "drink", { text: "She prefers green tea over coffee." });
      await store.put(["ada", "memories"], "job", { text: "She works as a structural engineer." });
      await store.put(["ada", "account"], "id", { text: "Customer account CX-7742-B." });
      await store.put(["bob", "memories"], "drink", { text: "He likes to drink cola." });
      const found = await store.search(["ada"], { query: "What does she like to drink?" });
      expect(keysOf(found)[0]).toBe("drink");
      expect(found.map(({ namespace }) => namespace[0])).toEqual(["ada", "ada", "ada"]);
      const scores = found.map(({ score }) => score ?? -1);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(keysOf(await store.search(["ada"], { query: "CX-7742-B" }))[0]).toBe("id");
      expect(keysOf(await store.search(["ada"], { query: "beverage", limit: 1, offset: 1 }))).toHaveLength(1);
      const filtered = await store.search([], {
        query: "drink",
        filter: { text: "He likes to drink cola." },
      });
      expect(filtered.map(({ namespace }) => namespace[0])).toEqual(["bob"]);
    } finally {
      await meaning.stop();
    }
  }, 60_000);
});

describe("a key of the service", () => {
  it("bounds what the store may read and write, and says so by the service's code", async () => {
    const guarded = await startService();
    try {
      const root = as(guarded, (await createKey(guarded)).key);
      const all = new MnemeStore({ url: guarded.url, apiKey: (await createKey(root)).key });
      await all.put(["open", "a"], "k", { n: 1 });
      await all.put(["secret", "a"], "k", { n: 2 });
      const reader = new MnemeStore({ url: guarded.url, apiKey: await keyFor(root, "open.**", ["read"]) });
      expect((await reader.get(["open", "a"], "k"))?.value).toEqual({ n: 1 });
      expect((await reader.search([])).map(({ value }) => value["n"])).toEqual([1]);
      expect((await reader.search([], { query: "1 2" })).map(({ value }) => value["n"])).toEqual([1]);
      expect(await reader.listNamespaces()).toEqual([["open", "a"]]);
      expect(await reader.search(["secret"])).toEqual([]);
      const denied = { name: "MnemeStoreError", code: "forbidden", status: 403 };
      await expect(reader.get(["secret", "a"], "k")).rejects.toMatchObject(denied);
      await expect(reader.put(["open", "a"], "k", { n: 3 })).rejects.toMatchObject(denied);
      await expect(reader.delete(["open", "a"], "k")).rejects.toMatchObject(denied);
      const writer = new MnemeStore({ url: guarded.url, apiKey: await keyFor(root, "open.**", ["write"]) });
      await expect(writer.get(["open", "a"], "k")).rejects.toMatchObject(denied);
      await expect(writer.search(["open"])).resolves.toEqual([]);
      const stranger = new MnemeStore({ url: guarded.url });
      await expect(stranger.get(["open", "a"], "k")).rejects.toMatchObject({ code: "unauthenticated" });
      expect((await all.get(["open", "a"], "k"))?.value).toEqual({ n: 1 });
    } finally {
      await guarded.stop();
    }
  });

  it("that may ask no more isn't waited for longer than some seconds", async () => {
    const guarded = await startService();
    try {
      const root = as(guarded, (await createKey(guarded)).key);
      const { key } = await createKey(root, { rate_limit_per_minute: 2 });
      const store = new MnemeStore({ url: guarded.url, apiKey: key });
      const asked = Promise.all([0, 1, 2].map(() => store.get(["a"], "k")));
      await expect(asked).rejects.toMatchObject({ code: "rate_limited", status: 429 });
    } finally {
      await guarded.stop();
    }
  });
});

describe("a service that is away", () => {
  /** The real one, of which the first answers are lost, or are those of one that can't serve now. */
  function flaky(losses: number, lose: (answer: Response) => Response): typeof fetch {
    let left = losses;
    return async (...request) => {
      const answer = await fetch(...request);
      left -= 1;
      return left >= 0 ? lose(answer) : answer;
    };
  }
  const cutOff = (): never => {
    throw new TypeError("fetch failed");
  };
  const unavailable = (): Response =>
    Response.json(
      { code: "redis_unavailable", detail: "Redis can't be reached." },
      {
        status: 503,
        headers: { "retry-after": "0" },
      },
    );

  it("is asked again, and what was done already isn't done twice", async () => {
    for (const lose of [cutOff, unavailable]) {
      const rootNamespace = newRoot();
      const sound = storeOf({ rootNamespace });
      const store = (losses: number) => storeOf({ rootNamespace, fetch: flaky(losses, lose) });
      await store(3).put(["a"], "k", { n: 1 });
      expect(await listAll(service, `${rootNamespace}.a`)).toMatchObject([{ version: 1 }]);
      expect((await store(2).get(["a"], "k"))?.value).toEqual({ n: 1 });
      expect(await store(2).search([], { query: "n" })).toHaveLength(1);
      await store(2).delete(["a"], "k");
      expect(await sound.get(["a"], "k")).toBeNull();
    }
  });

  it("is given up after a bounded number of times", async () => {
    let asked = 0;
    const store = storeOf({
      retries: 2,
      fetch: () => {
        asked += 1;
        return cutOff();
      },
    });
    await expect(store.get(["a"], "k")).rejects.toMatchObject({ code: "unreachable", status: undefined });
    expect(asked).toBe(3);
    const away = storeOf({ retries: 1, fetch: flaky(5, unavailable) });
    await expect(away.get(["a"], "k")).rejects.toMatchObject({ code: "redis_unavailable", status: 503 });
  });

  it("isn't waited for longer than told", async () => {
    const store = storeOf({
      timeoutMs: 50,
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
        }),
    });
    await expect(store.get(["a"], "k")).rejects.toMatchObject({ code: "timeout" });
  });

  it("is told from something else at that address", async () => {
    const store = storeOf({ url: `${service.url}/elsewhere` });
    await expect(store.get(["a"], "k")).rejects.toMatchObject({ code: "route_not_found", status: 404 });
    const page = storeOf({ fetch: async () => new Response("<html>", { status: 404 }) });
    await expect(page.get(["a"], "k")).rejects.toMatchObject({ code: "bad_answer" });
  });
});

describe("options", () => {
  it("are checked", () => {
    expect(() => new MnemeStore({ url: "nowhere" })).toThrow(TypeError);
    for (const rootNamespace of ["", "a..b", "a b", "a:*"]) {
      expect(() => storeOf({ rootNamespace })).toThrow(TypeError);
    }
    for (const ttlSeconds of [0, -1, 0.5]) expect(() => storeOf({ ttlSeconds })).toThrow(RangeError);
  });
});

describe("in a graph", () => {
  it("is what its nodes get as their store", async () => {
    const store = storeOf();
    const graph = new StateGraph(Annotation.Root({ seen: Annotation<number> }))
      .addNode("remember", async (_, config: LangGraphRunnableConfig) => {
        await config.store?.put(["graph"], "k", { text: "kept across threads" });
        const [item] = (await config.store?.search(["graph"], { query: "kept" })) ?? [];
        return { seen: item?.value["text"] === "kept across threads" ? 1 : 0 };
      })
      .addEdge(START, "remember")
      .compile({ store });
    expect(await graph.invoke({ seen: 0 })).toEqual({ seen: 1 });
  });

  it("works behind LangGraph's batching", async () => {
    const store = storeOf();
    const batched = new AsyncBatchedStore(store);
    batched.start();
    await Promise.all(Array.from({ length: 40 }, (_, n) => batched.put(["b"], `k${n % 20}`, { n })));
    const items = await Promise.all(Array.from({ length: 20 }, (_, n) => batched.get(["b"], `k${n}`)));
    expect(items.map((item) => item?.value["n"])).toEqual(Array.from({ length: 20 }, (_, n) => n + 20));
    await batched.stop();
  });
});
