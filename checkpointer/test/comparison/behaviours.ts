import type { BaseStore, Item, Operation } from "@langchain/langgraph-checkpoint";

/** Something that a store does, to be compared with LangGraph's InMemoryStore. */
export interface Behaviour {
  readonly name: string;
  /** What can be seen of it. A rejection is compared by its being one. */
  readonly see: (store: BaseStore) => Promise<unknown>;
  /** Why MnemeStore does otherwise; undefined: it does the same. */
  readonly differs?: string;
}

const PLACE = ["users", "ada"];
const shown = (item: Item | null) => item && { namespace: item.namespace, key: item.key, value: item.value };
const keys = (items: readonly Item[]): string[] => items.map(({ key }) => key);

/** Puts a value, and sees what is read. */
const kept =
  (value: object) =>
  async (store: BaseStore): Promise<unknown> => {
    await store.put(PLACE, "k", value as Record<string, unknown>);
    return (await store.get(PLACE, "k"))?.value;
  };

async function fill(store: BaseStore, values: readonly object[], place = PLACE): Promise<void> {
  for (const [n, value] of values.entries())
    await store.put(place, `k${n}`, value as Record<string, unknown>);
}

const VALUES = [
  { n: 1, plan: "gold", tags: ["a", "b"], at: { city: "Graz" } },
  { n: 2, plan: "free", tags: [], at: { city: "Linz" } },
  { n: 3, plan: "gold", note: null },
  { n: "4" },
];

/** Keys of what fulfils a filter. */
const filtered =
  (filter: Readonly<Record<string, unknown>>) =>
  async (store: BaseStore): Promise<string[]> => {
    await fill(store, VALUES);
    return keys(await store.search(PLACE, { filter })).toSorted();
  };

async function places(store: BaseStore): Promise<void> {
  for (const place of [["a"], ["a", "b"], ["a", "b", "c"], ["ab", "b"], ["d", "e", "b"]])
    await store.put(place, "k", { n: 1 });
}

const batch = (store: BaseStore, operations: readonly Operation[]): Promise<unknown[]> =>
  store.batch([...operations]);

const deep = (levels: number): object =>
  JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`) as object;
const LARGE = "é".repeat(500_000);

class Point {
  readonly x = 1;
}

const REFUSED = "refused with a TypeError that names the item and the place: JSON has no form for it";

export const BEHAVIOURS: readonly Behaviour[] = [
  { name: "an item that isn't there is null", see: async (store) => store.get(PLACE, "none") },
  {
    name: "an item is read as it was put",
    see: kept({ text: "tea", cups: 2, hot: true, nothing: null, list: [1, [2, { a: 3 }]] }),
  },
  {
    name: "a put replaces the whole value",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1, b: 2 });
      await store.put(PLACE, "k", { b: 3 });
      return shown(await store.get(PLACE, "k"));
    },
  },
  {
    name: "a put gives nothing",
    see: async (store) => store.put(PLACE, "k", { a: 1 }),
  },
  {
    name: "a deleted item is null",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      await store.delete(PLACE, "k");
      return [await store.get(PLACE, "k"), await store.search(PLACE)];
    },
  },
  { name: "deleting what isn't there is no error", see: async (store) => store.delete(PLACE, "none") },
  {
    name: "a null value deletes",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      await batch(store, [{ namespace: PLACE, key: "k", value: null }]);
      return store.get(PLACE, "k");
    },
  },
  {
    name: "an item that was deleted can be put again",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      await store.delete(PLACE, "k");
      await store.put(PLACE, "k", { a: 2 });
      return shown(await store.get(PLACE, "k"));
    },
  },
  {
    name: "times are Dates, and creation stays when the value is replaced",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      const first = await store.get(PLACE, "k");
      const times = [first?.createdAt.getTime(), first?.updatedAt.getTime()];
      await new Promise((resolve) => setTimeout(resolve, 10));
      await store.put(PLACE, "k", { a: 2 });
      const next = await store.get(PLACE, "k");
      return [next?.createdAt.getTime() === times[0], Number(next?.updatedAt) > Number(times[1])];
    },
  },
  {
    name: "a put of the same value moves updatedAt",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      const before = Number((await store.get(PLACE, "k"))?.updatedAt);
      await new Promise((resolve) => setTimeout(resolve, 10));
      await store.put(PLACE, "k", { a: 1 });
      return Number((await store.get(PLACE, "k"))?.updatedAt) > before;
    },
    differs: "nothing changed, so no version is made",
  },
  {
    name: "a value that is changed after its put is changed in the store",
    see: async (store) => {
      const value = { a: 1 };
      await store.put(PLACE, "k", value);
      value.a = 2;
      return (await store.get(PLACE, "k"))?.value;
    },
    differs: "the store keeps what was put, not the object",
  },
  {
    name: "a value that is changed after it was read is changed in the store",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      const item = await store.get(PLACE, "k");
      if (item) item.value["a"] = 2;
      return (await store.get(PLACE, "k"))?.value;
    },
    differs: "each read is a copy",
  },
  {
    name: "a key is another item in each namespace",
    see: async (store) => {
      for (const [n, place] of [["a"], ["a", "b"], ["ab"]].entries()) await store.put(place, "k", { n });
      return Promise.all(
        [["a"], ["a", "b"], ["ab"]].map(async (place) => shown(await store.get(place, "k"))),
      );
    },
  },
  {
    name: "a key may be empty, a dot, a path, or in any script",
    see: async (store) => {
      const odd = ["", ".", "..", "~", "a/b?c#d", "ключ 🗝", "k:v", "__proto__"];
      for (const key of odd) await store.put(PLACE, key, { key });
      return Promise.all(odd.map(async (key) => shown(await store.get(PLACE, key))));
    },
  },
  {
    name: "a key may have 300 bytes",
    see: async (store) => {
      await store.put(PLACE, "k".repeat(300), { a: 1 });
      return (await store.get(PLACE, "k".repeat(300)))?.value;
    },
    differs: "keys have 1 to 256 bytes; the refusal names the field",
  },
  {
    name: "a key may hold a lone surrogate",
    see: async (store) => {
      await store.put(PLACE, "\ud800", { a: 1 });
      return (await store.get(PLACE, "\ud800"))?.value;
    },
    differs: "refused with a TypeError: it has no UTF-8",
  },
  {
    name: "a label may be in any script, with spaces and signs",
    see: async (store) => {
      const odd = ["user@x", "a b", "*", "ключ", "--x", "~", "%2e", "__proto__"];
      for (const label of odd) await store.put(["odd", label], "k", { label });
      return Promise.all(odd.map(async (label) => shown(await store.get(["odd", label], "k"))));
    },
  },
  { name: "a label with a dot is refused", see: async (store) => store.put(["a.b"], "k", { a: 1 }) },
  { name: "a label with a colon is refused", see: async (store) => store.put(["a:b"], "k", { a: 1 }) },
  { name: "an empty label is refused", see: async (store) => store.put(["a", ""], "k", { a: 1 }) },
  {
    name: "a label that isn't a text is refused",
    see: async (store) => store.put([7 as unknown as string], "k", { a: 1 }),
  },
  {
    name: "the root label langgraph is refused for a put",
    see: async (store) => store.put(["langgraph"], "k", { a: 1 }),
  },
  { name: "an empty namespace is refused for a put", see: async (store) => store.put([], "k", { a: 1 }) },
  {
    name: "an empty namespace is refused for a get",
    see: async (store) => store.get([], "k"),
    differs: "null: no item is there",
  },
  {
    name: "a namespace may have 20 labels",
    see: async (store) => {
      const place = Array.from({ length: 20 }, (_, n) => `l${n}`);
      await store.put(place, "k", { a: 1 });
      return (await store.get(place, "k"))?.value;
    },
    differs:
      "a namespace has up to 16 labels and 256 characters as mneme writes it, those of the root among them",
  },
  { name: "a value may be empty", see: kept({}) },
  {
    name: "a value may have a member __proto__ of its own",
    see: async (store) =>
      Object.keys((await kept(JSON.parse('{"__proto__":{"a":1},"b":2}') as object)(store)) as object),
  },
  {
    name: "a value may have members named like operators and paths",
    see: kept({ $eq: 1, "a.b": 2, "": 3, "a b": { $gt: 4 }, "mneme:value": "json", "mneme:part": 1 }),
  },
  {
    name: "a member that is undefined reads as undefined",
    see: async (store) => ((await kept({ a: undefined, b: 1 })(store)) as { a?: unknown }).a,
  },
  { name: "undefined in a list is kept", see: kept({ list: [1, undefined, 2] }) },
  { name: "bytes are kept", see: kept({ bytes: new Uint8Array([0, 1, 255]) }) },
  { name: "a Map is kept", see: kept({ map: new Map<string, unknown>([["a", { b: 1 }]]) }) },
  { name: "a Set is kept", see: kept({ set: new Set([1, "two"]) }) },
  { name: "a RegExp is kept", see: kept({ pattern: /a+b/gi }) },
  {
    name: "the message of an Error is kept",
    see: async (store) =>
      ((await kept({ error: new Error("It broke.") })(store)) as { error: Error }).error.message,
  },
  {
    name: "a Date is kept",
    see: kept({ at: new Date(0) }),
    differs: "refused with a TypeError that names it: JSON would make a text of it",
  },
  {
    name: "a Buffer is kept",
    see: kept({ bytes: Buffer.from("a") }),
    differs: "refused with a TypeError that names it; a Uint8Array is kept",
  },
  { name: "a BigInt is kept", see: kept({ big: 1n }), differs: REFUSED },
  { name: "NaN is kept", see: kept({ n: Number.NaN }), differs: REFUSED },
  {
    name: "a function is kept",
    see: async (store) => typeof ((await kept({ f: () => 1 })(store)) as { f: unknown }).f,
    differs: REFUSED,
  },
  {
    name: "a symbol is kept",
    see: async (store) => typeof ((await kept({ s: Symbol("s") })(store)) as { s: unknown }).s,
    differs: REFUSED,
  },
  {
    name: "a value may hold itself",
    see: async (store) => {
      const value: Record<string, unknown> = { a: 1 };
      value["self"] = value;
      return Object.keys((await kept(value)(store)) as object);
    },
    differs: REFUSED,
  },
  {
    name: "an instance of a class keeps its class",
    see: async (store) =>
      ((await kept({ point: new Point() })(store)) as { point: unknown }).point instanceof Point,
    differs: "its fields are kept, as with every store that writes",
  },
  {
    name: "the sign of zero is kept",
    see: async (store) => Object.is(((await kept({ n: -0 })(store)) as { n: number }).n, -0),
    differs: "JSON has one zero",
  },
  {
    name: "a value may be a text",
    see: kept("text" as unknown as object),
    differs: "a value is an object, as its type says; else a TypeError",
  },
  {
    name: "a value may be a list",
    see: kept([1, 2]),
    differs: "a value is an object, as its type says; else a TypeError",
  },
  { name: "a value may have 1 MB", see: kept({ text: LARGE }) },
  {
    name: "a value may have 3.8 MB",
    see: kept({ parts: Array.from({ length: 19_000 }, (_, n) => `${n} "quoted" ${"x".repeat(180)}`) }),
  },
  {
    name: "a value may have 6 MB",
    see: kept({ text: "x".repeat(6_000_000) }),
    differs: "a value has at most 4 MiB as JSON; a TypeError says how many it has",
  },
  { name: "a value may be nested 100 levels deep", see: kept(deep(100)) },
  { name: "a value may be nested 1,000 levels deep", see: kept(deep(1000)) },
  {
    name: "a value may have 3,000 members",
    see: kept(Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`m${n}`, n]))),
  },
  { name: "a text may hold a lone surrogate", see: kept({ text: "a\ud800b" }) },
  { name: "a text may hold control characters", see: kept({ text: "\u0000\u001b\u2028" }) },
  {
    name: "a large value can be replaced by a small one and deleted",
    see: async (store) => {
      await store.put(PLACE, "k", { text: LARGE });
      await store.put(PLACE, "k", { text: LARGE.slice(1) });
      await store.put(PLACE, "k", { a: 1 });
      const small = shown(await store.get(PLACE, "k"));
      await store.put(PLACE, "k", { text: LARGE });
      await store.delete(PLACE, "k");
      return [
        small,
        await store.get(PLACE, "k"),
        await store.search([]),
        await store.listNamespaces({ suffix: ["ada"], maxDepth: 9 }).then((all) => all.length <= 1),
      ];
    },
  },
  {
    name: "search finds what is at and below a namespace, and no neighbour of its name",
    see: async (store) => {
      await places(store);
      return (await store.search(["a"])).map(({ namespace }) => namespace);
    },
  },
  {
    name: "search of an empty namespace finds all",
    see: async (store) => {
      await places(store);
      return (await store.search([])).length;
    },
  },
  {
    name: "search gives ten items unless told",
    see: async (store) => {
      await fill(
        store,
        Array.from({ length: 12 }, (_, n) => ({ n })),
      );
      return (await store.search(PLACE)).length;
    },
  },
  {
    name: "limit and offset cut a page, in the order of creation",
    see: async (store) => {
      await fill(
        store,
        Array.from({ length: 6 }, (_, n) => ({ n })),
      );
      return [
        keys(await store.search(PLACE, { limit: 2, offset: 3 })),
        keys(await store.search(PLACE, { offset: 6 })),
        keys(await store.search(PLACE, { limit: 0 })),
      ];
    },
  },
  {
    name: "a replaced item keeps its place in the order",
    see: async (store) => {
      await fill(store, [{ n: 0 }, { n: 1 }]);
      await store.put(PLACE, "k0", { n: 2 });
      return keys(await store.search(PLACE));
    },
  },
  { name: "a filter compares scalars", see: filtered({ plan: "gold" }) },
  { name: "a filter doesn't find a number by its text", see: filtered({ n: "4" }) },
  { name: "all fields of a filter must match", see: filtered({ plan: "gold", n: 3 }) },
  { name: "an empty filter finds all", see: filtered({}) },
  { name: "a filter on null", see: filtered({ note: null }) },
  { name: "a filter on a field that no item has", see: filtered({ none: 1 }) },
  { name: "$eq", see: filtered({ plan: { $eq: "gold" } }) },
  { name: "$ne", see: filtered({ plan: { $ne: "gold" } }) },
  { name: "$gt and $lte", see: filtered({ n: { $gt: 1, $lte: 3 } }) },
  { name: "$gte and $lt", see: filtered({ n: { $gte: 2, $lt: 4 } }) },
  { name: "$in", see: filtered({ n: { $in: [1, 3] } }) },
  { name: "$nin", see: filtered({ n: { $nin: [1, 3] } }) },
  { name: "$gt converts a text to a number", see: filtered({ n: { $gt: 3 } }) },
  {
    name: "a filter on an object finds it by its content",
    see: filtered({ at: { city: "Graz" } }),
    differs: "found: InMemoryStore compares objects by identity, so it never finds one that was made anew",
  },
  {
    name: "a filter on a list finds it by its content",
    see: filtered({ tags: ["a", "b"] }),
    differs: "found: InMemoryStore compares lists by identity",
  },
  {
    name: "an unknown operator",
    see: filtered({ n: { $near: 1 } }),
    differs: "an error that names it: a condition that is passed over would widen or empty the result",
  },
  {
    name: "a filter finds large, deep and unplain values too",
    see: async (store) => {
      await fill(store, [
        { n: 1, text: LARGE },
        { n: 1, at: deep(50) },
        { n: 1, set: new Set([1]) },
        { n: 2, set: new Set([1]) },
      ]);
      return keys(await store.search(PLACE, { filter: { n: 1 } })).toSorted();
    },
  },
  {
    name: "without a query no item has a score",
    see: async (store) => {
      await fill(store, VALUES);
      return (await store.search(PLACE)).map(({ score }) => score);
    },
  },
  {
    name: "a query gives items without a match too",
    see: async (store) => {
      await fill(store, [{ text: "Green tea with jasmine." }, { other: 1 }]);
      return keys(await store.search(PLACE, { query: "Who likes tea?" })).toSorted();
    },
  },
  {
    name: "a query may have 20,000 characters",
    see: async (store) => {
      await fill(store, [{ text: "Green tea with jasmine." }]);
      return keys(await store.search(PLACE, { query: "green tea ".repeat(2000) }));
    },
  },
  {
    name: "a query and a filter hold together",
    see: async (store) => {
      await fill(store, [
        { text: "Green tea.", n: 1 },
        { text: "Black tea.", n: 2 },
      ]);
      return keys(await store.search(PLACE, { query: "tea", filter: { n: 2 } }));
    },
  },
  {
    name: "an item with index false is found without a query",
    see: async (store) => {
      await store.put(PLACE, "k", { text: "Green tea." }, false);
      return keys(await store.search(PLACE));
    },
  },
  {
    name: "listNamespaces lists those with items",
    see: async (store) => {
      await places(store);
      return (await store.listNamespaces()).toSorted();
    },
  },
  {
    name: "listNamespaces by prefix",
    see: async (store) => {
      await places(store);
      return (await store.listNamespaces({ prefix: ["a"] })).toSorted();
    },
  },
  {
    name: "listNamespaces by suffix",
    see: async (store) => {
      await places(store);
      return (await store.listNamespaces({ suffix: ["b"] })).toSorted();
    },
  },
  {
    name: "listNamespaces with a wildcard",
    see: async (store) => {
      await places(store);
      return (await store.listNamespaces({ prefix: ["*", "b"] })).toSorted();
    },
  },
  {
    name: "listNamespaces to a depth",
    see: async (store) => {
      await places(store);
      return (await store.listNamespaces({ maxDepth: 1 })).toSorted();
    },
  },
  {
    name: "listNamespaces by pages",
    see: async (store) => {
      await places(store);
      return [
        await store.listNamespaces({ limit: 2 }),
        await store.listNamespaces({ limit: 2, offset: 4 }),
      ].map((page) => page.length);
    },
  },
  {
    name: "a namespace without items any more is listed",
    see: async (store) => {
      await store.put(PLACE, "k", { a: 1 });
      await store.delete(PLACE, "k");
      return store.listNamespaces();
    },
    differs: "only those that hold items now",
  },
  {
    name: "namespaces are in the order of a locale",
    see: async (store) => {
      for (const label of ["B", "a", "C"]) await store.put([label], "k", { n: 1 });
      return store.listNamespaces();
    },
    differs: "in the order of their bytes",
  },
  { name: "an empty batch gives an empty list", see: async (store) => batch(store, []) },
  {
    name: "the results of a batch are in its order",
    see: async (store) => {
      await fill(store, [{ n: 0 }, { n: 1 }]);
      const results = await batch(
        store,
        [1, 0, 2].map((n) => ({ namespace: PLACE, key: `k${n}` })),
      );
      return results.map((item) => shown(item as Item | null));
    },
  },
  {
    name: "of several puts of a batch to one item the last counts",
    see: async (store) => {
      await batch(
        store,
        [1, 2, 3].map((n) => ({ namespace: PLACE, key: "k", value: { n } })),
      );
      return (await store.get(PLACE, "k"))?.value;
    },
  },
  {
    name: "a get of a batch doesn't see a put before it",
    see: async (store) => {
      const [, item] = await batch(store, [
        { namespace: PLACE, key: "k", value: { n: 1 } },
        { namespace: PLACE, key: "k" },
      ]);
      return item === null;
    },
    differs: "it sees it: a batch runs as if one operation after the other",
  },
  {
    name: "a search of a batch doesn't see a put before it",
    see: async (store) => {
      const [, items] = await batch(store, [
        { namespace: PLACE, key: "k", value: { n: 1 } },
        { namespacePrefix: PLACE },
      ]);
      return keys(items as Item[]);
    },
    differs: "it sees it",
  },
  {
    name: "a refused operation of a batch leaves the others undone",
    see: async (store) => {
      const operations = [
        { namespace: PLACE, key: "k", value: { n: 1 } },
        { namespace: [], key: "k", value: { n: 2 } },
      ];
      await batch(store, operations).catch(() => {});
      return (await store.get(PLACE, "k"))?.value;
    },
    differs: "it fails alone, and the error names it; the others are done",
  },
];
