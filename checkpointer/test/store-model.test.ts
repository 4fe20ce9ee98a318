import { randomUUID } from "node:crypto";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type {
  BaseStore,
  Item,
  ListNamespacesOperation,
  Operation,
  SearchOperation,
} from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../test/support/run/long.js";
import { shareService } from "../../test/support/service/service.js";
import { MnemeStore } from "../src/index.js";

const service = await shareService();

// Without `:` and `.`, which LangGraph's own store can't tell from its separators.
const label = fc.constantFrom("a", "b", "a-b", "a b", "é", "*", "--", "user@x", "__proto__");
const namespace = fc.array(label, { minLength: 1, maxLength: 3 });
const key = fc.constantFrom("k", "l", "a/b", "%2F", ".", "..", "~", "", "__proto__", "😀 x");
const scalar = fc.oneof(
  fc.integer({ min: -1, max: 1 }),
  fc.constantFrom(1.5, "x", "y", "1", "", true, false, null),
);
const field = fc.constantFrom("f", "f", "f", "a.b", "$x", "or", "not");
const value = fc.dictionary(
  field,
  fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) }),
  { maxKeys: 3 },
);
const operator = fc.constantFrom("$eq", "$ne", "$gt", "$gte", "$lt", "$lte");
const condition = fc.oneof(
  scalar,
  fc.dictionary(operator, scalar, { minKeys: 1, maxKeys: 2 }),
  fc.dictionary(fc.constantFrom("$in", "$nin"), fc.array(scalar, { maxLength: 3 }), { minKeys: 1 }),
);
// What begins with $ is an operator at the top of a filter; LangGraph's own store takes it for a field.
const filterField = fc.constantFrom("f", "f", "f", "a.b", "or", "not");
const conditions = fc.dictionary(filterField, condition, { minKeys: 1, maxKeys: 2 });
const filter = fc.option(conditions, { nil: undefined });
const path = fc.array(fc.oneof(label, fc.constant("*")), { minLength: 1, maxLength: 3 });

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ namespace, key, value }) },
  { weight: 2, arbitrary: fc.record({ namespace, key, value: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ namespace, key }) },
  {
    weight: 5,
    arbitrary: fc.record({
      // Mostly all of them: else most searches would find nothing to compare.
      namespacePrefix: fc.oneof(
        { weight: 3, arbitrary: fc.constant<string[]>([]) },
        { weight: 1, arbitrary: fc.array(label, { maxLength: 2 }) },
      ),
      filter,
      limit: fc.integer({ min: 1, max: 5 }),
      offset: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      matchConditions: fc.array(
        fc.record({ matchType: fc.constantFrom("prefix" as const, "suffix" as const), path }),
        { maxLength: 3 },
      ),
      maxDepth: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 4 }),
      offset: fc.integer({ min: 0, max: 2 }),
    }) as fc.Arbitrary<ListNamespacesOperation>,
  },
);

/** What LangGraph's store says, one operation at a time; it lists no namespace that has lost its last item. */
class Model {
  #store = new InMemoryStore();

  async run(operation: Operation): Promise<unknown> {
    if ("namespacePrefix" in operation || "namespace" in operation) {
      const [result] = await this.#store.batch([operation]);
      return result;
    }
    const fresh = new InMemoryStore();
    for (const { namespace: place, key: name, value: kept } of await this.all())
      await fresh.batch([{ namespace: place, key: name, value: kept }]);
    const [result] = await fresh.batch([operation]);
    return result;
  }

  all(): Promise<Item[]> {
    return this.#store.search([], { limit: 1e6 });
  }
}

const plain = ({ namespace: place, key: name, value: kept }: Item) => ({ place, name, kept });
const sorted = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).toSorted();

/** A page is the same as the model's in all but the order, which LangGraph leaves open. */
async function expectSearch(store: MnemeStore, model: Model, operation: SearchOperation): Promise<void> {
  const whole = { ...operation, limit: 1e6, offset: 0 };
  const [expected] = (await model.run(whole).then((items) => [items])) as [Item[]];
  const [all = [], page = []] = await store.batch([whole, operation] as [SearchOperation, SearchOperation]);
  expect(sorted(all.map(plain))).toEqual(sorted(expected.map(plain)));
  const { offset = 0, limit = 10 } = operation;
  expect(page).toEqual(all.slice(offset, offset + limit));
  for (const { createdAt, updatedAt } of all) {
    expect(createdAt).toBeInstanceOf(Date);
    expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
  }
}

async function expectNamespaces(
  store: MnemeStore,
  model: Model,
  operation: ListNamespacesOperation,
): Promise<void> {
  const whole = { ...operation, limit: 1e6, offset: 0 };
  const expected = (await model.run(whole)) as string[][];
  const [all = [], page] = await store.batch([whole, operation] as [
    ListNamespacesOperation,
    ListNamespacesOperation,
  ]);
  expect(sorted(all)).toEqual(sorted(expected));
  expect(page).toEqual(all.slice(operation.offset, operation.offset + operation.limit));
}

describe("MnemeStore", () => {
  it("gives the same answers as LangGraph's InMemoryStore", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 5, maxLength: 25 }), async (operations) => {
        const store = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
        const model = new Model();
        for (const each of operations) {
          if ("namespacePrefix" in each) await expectSearch(store, model, each);
          else if (!("namespace" in each)) await expectNamespaces(store, model, each);
          else {
            const [found] = await store.batch([each]);
            const expected = await model.run(each);
            if ("value" in each) continue;
            expect(found === null ? null : plain(found as Item)).toEqual(
              expected === null ? null : plain(expected as Item),
            );
          }
        }
        await expectSearch(store, model, { namespacePrefix: [] });
      }),
      { numRuns: runs(40) },
    );
  }, 120_000);

  it("lets through a filter what InMemoryStore does, value by value", async () => {
    const store = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
    const model = new Model();
    const values = fc.sample(value, { numRuns: 60, seed: 7 });
    const puts = values.map((each, n) => ({ namespace: ["v"], key: `k${n}`, value: each }));
    await store.batch(puts);
    for (const each of puts) await model.run(each);
    await fc.assert(
      fc.asyncProperty(conditions, (each) =>
        expectSearch(store, model, { namespacePrefix: [], filter: each, limit: 3, offset: 1 }),
      ),
      { numRuns: runs(200) },
    );
  }, 120_000);

  it("combines by $and, $or and $not what InMemoryStore finds by each part", async () => {
    const store = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
    const memory = new InMemoryStore();
    const values = fc.sample(value, { numRuns: 60, seed: 11 });
    const puts = values.map((each, n) => ({ namespace: ["v"], key: `k${n}`, value: each }));
    await Promise.all([store.batch(puts), memory.batch(puts)]);
    const everything = puts.map((put) => put.key);

    type Combined = Record<string, unknown>;
    const { combined } = fc.letrec<{ combined: Combined }>((tie) => ({
      combined: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        conditions,
        fc.record({ $and: fc.array(tie("combined"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ $or: fc.array(tie("combined"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ $not: tie("combined") }),
        fc
          .tuple(conditions, tie("combined"))
          .map(([one, other]): Combined => Object.assign({ $or: [other, { f: 1 }] }, one)),
      ),
    }));
    const keysIn = async (searched: BaseStore, each: Combined): Promise<string[]> =>
      (await searched.search(["v"], { filter: each, limit: 1000 })).map((item) => item.key);
    async function expected({ $and, $or, $not, ...fields }: Combined): Promise<string[]> {
      const sets = [
        Object.keys(fields).length === 0 ? everything : await keysIn(memory, fields),
        ...(await Promise.all((($and ?? []) as Combined[]).map(expected))),
      ];
      if ($or !== undefined) sets.push((await Promise.all(($or as Combined[]).map(expected))).flat());
      if ($not !== undefined) {
        const without = await expected($not as Combined);
        sets.push(everything.filter((each) => !without.includes(each)));
      }
      return everything.filter((each) => sets.every((set) => set.includes(each)));
    }
    await fc.assert(
      fc.asyncProperty(combined, async (each) => {
        expect((await keysIn(store, each)).toSorted()).toEqual((await expected(each)).toSorted());
      }),
      { numRuns: runs(100) },
    );
  }, 120_000);

  it("runs a batch as if one operation after the other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 2, maxLength: 15 }), async (operations) => {
        const stores = [0, 1].map(
          () => new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` }),
        );
        const [together, single] = stores;
        if (together === undefined || single === undefined) throw new Error("two stores");
        const results: unknown[] = await together.batch(operations);
        const expected: unknown[] = [];
        for (const each of operations) expected.push(...((await single.batch([each])) as unknown[]));
        const timeless = (all: unknown[]): unknown =>
          JSON.parse(
            JSON.stringify(all, (name, child: unknown) => (name.endsWith("edAt") ? "time" : (child ?? null))),
          );
        expect(timeless(results)).toEqual(timeless(expected));
      }),
      { numRuns: runs(30) },
    );
  }, 120_000);
});
