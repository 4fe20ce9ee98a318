import { describe, expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";
import type { History } from "../support/acts/state.js";
import {
  failedAt,
  getState,
  readState,
  setState,
  statePath,
  transact,
  transacted,
} from "../support/acts/state.js";

const service = await shareService();

const operations = (...list: object[]) => ({ operations: list });

test("does each operation in order, and gives each a version of its own", async () => {
  const namespace = newNamespace();
  const results = await transacted(
    service,
    namespace,
    operations(
      { op: "set", key: "a", value: { n: 1, list: [1] } },
      { op: "increment", key: "a", path: "$.n", by: 2.5 },
      { op: "merge", key: "a", value: { m: { x: null, y: 1 } } },
      { op: "increment", key: "fresh", by: -4 },
      { op: "set", key: "a", path: "$.list[0]", value: { deep: true } },
      { op: "delete", key: "a", path: "$.m" },
    ),
  );
  expect(results).toEqual([
    { key: "a", version: 1 },
    { key: "a", version: 2, value: 3.5 },
    { key: "a", version: 3 },
    { key: "fresh", version: 4, value: -4 },
    { key: "a", version: 5 },
    { key: "a", version: 6 },
  ]);
  expect(await readState(service, namespace, "a")).toMatchObject({
    value: { n: 3.5, list: [{ deep: true }] },
    version: 6,
  });
  expect(await readState(service, namespace, "fresh")).toMatchObject({ value: -4, version: 4 });
  const history = (await getState(service, namespace, "a", "/history")).body as History;
  expect(history.versions.map(({ version, op, value }) => [version, op, value])).toEqual([
    [6, "merge", { n: 3.5, list: [{ deep: true }] }],
    [5, "set", { n: 3.5, list: [{ deep: true }], m: { y: 1 } }],
    [3, "merge", { n: 3.5, list: [1], m: { y: 1 } }],
    [2, "increment", { n: 3.5, list: [1] }],
    [1, "set", { n: 1, list: [1] }],
  ]);
});

describe("checks", () => {
  test("hold for the version that is current, and for what isn't there", async () => {
    const namespace = newNamespace();
    const { version } = await setState(service, namespace, "a", 1);
    const checked = (checks: object[]) =>
      transact(service, namespace, { checks, ...operations({ op: "set", key: "b", value: 1 }) });
    const wrong = await checked([
      { key: "a", version },
      { key: "a", version: version + 1 },
    ]);
    expect(failedAt(wrong)).toEqual({
      part: "check",
      index: 1,
      key: "a",
      reason: "version_conflict",
      version,
    });
    expect(failedAt(await checked([{ key: "a", version: null }]))).toMatchObject({ index: 0, version });
    expect(failedAt(await checked([{ key: "none", version: 1 }]))).toMatchObject({ version: null });
    expect((await getState(service, namespace, "b")).status).toBe(404);
    expect(
      (
        await checked([
          { key: "a", version },
          { key: "none", version: null },
        ])
      ).status,
    ).toBe(200);
  });
});

describe("a failure", () => {
  const big = "x".repeat(200_000);

  test.each<[string, string, object]>([
    ["missing", "missing", { op: "merge", key: "none", value: {} }],
    ["missing", "missing", { op: "delete", key: "none" }],
    ["missing", "missing", { op: "increment", key: "none", path: "$.n", by: 1 }],
    ["missing", "missing", { op: "set", key: "none", path: "$.n", value: 1 }],
    ["a path without a match", "path_not_found", { op: "delete", key: "a", path: "$.zz" }],
    ["a path without a parent", "path_not_found", { op: "set", key: "a", path: "$.zz.y", value: 1 }],
    ["a path to nothing", "path_not_found", { op: "increment", key: "a", path: "$.zz", by: 1 }],
    ["text", "not_one_number", { op: "increment", key: "a", path: "$.text", by: 1 }],
    ["two numbers", "not_one_number", { op: "increment", key: "a", path: "$.list[*]", by: 1 }],
    ["an object", "not_one_number", { op: "increment", key: "a", by: 1 }],
    ["too little", "below_min", { op: "increment", key: "a", path: "$.n", by: -6, min: 0 }],
    ["too much", "above_max", { op: "increment", key: "a", path: "$.n", by: 6, max: 10 }],
    [
      "an unsafe integer",
      "out_of_range",
      { op: "increment", key: "a", path: "$.n", by: Number.MAX_SAFE_INTEGER },
    ],
    ["no number any more", "out_of_range", { op: "increment", key: "a", path: "$.huge", by: 1.7e308 }],
    ["too large a merge", "too_large", { op: "merge", key: "a", value: { more: big } }],
    ["too large a part", "too_large", { op: "set", key: "a", path: "$.n", value: big }],
  ])("by %s leaves everything as it was (%s)", async (_, reason, operation) => {
    const namespace = newNamespace();
    const value = { n: 5, text: "x", list: [1, 2], huge: 1.5e308, big };
    const a = await setState(service, namespace, "a", value, { ttl_seconds: 1000 });
    const b = await setState(service, namespace, "b", { n: 1 });
    const before = operations(
      { op: "set", key: "b", value: "replaced" },
      { op: "merge", key: "a", value: { text: null } },
      { op: "increment", key: "new", by: 1 },
      { op: "delete", key: "b" },
      { op: "set", key: "a", value },
    ).operations;
    const answer = await transact(service, namespace, { operations: [...before, operation] });
    expect(failedAt(answer)).toMatchObject({ part: "operation", index: before.length, reason });
    expect(await readState(service, namespace, "a")).toEqual(a);
    expect(await readState(service, namespace, "b")).toEqual(b);
    expect((await getState(service, namespace, "new")).status).toBe(404);
    const { versions } = (await getState(service, namespace, "a", "/history")).body as History;
    expect(versions).toHaveLength(1);
    // Nor was a number used up.
    expect((await setState(service, namespace, "c", 1)).version).toBe(3);
  });

  test("that lies in the request is 400 and names the field", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "a", { n: 1 });
    const nested = JSON.parse(`${"[".repeat(5)}${"]".repeat(5)}`) as unknown;
    const refused: [object, string][] = [
      [{}, "operations"],
      [operations(), "operations"],
      [operations({ op: "set", key: "a" }), "operations[0].value"],
      [operations({ op: "increment", key: "a" }), "operations[0].by"],
      [operations({ op: "increment", key: "a", by: "1" }), "operations[0].by"],
      [operations({ op: "merge", key: "a", value: {}, by: 1 }), "operations[0].by"],
      [operations({ op: "delete", key: "a", path: "n" }), "operations[0].path"],
      [operations({ op: "delete", key: "a", path: "$.[" }), "operations[0].path"],
      [operations({ op: "increment", key: "a", path: "$.[", by: 1 }), "operations[0].path"],
      [operations({ op: "set", key: "a", path: "$.[", value: 1 }), "operations[0].path"],
      [operations({ op: "set", key: "a", path: "$..n", value: 1 }), "operations[0].path"],
      [
        operations({ op: "set", key: "a", path: `$${".n".repeat(60)}`, value: nested }),
        "operations[0].value",
      ],
      [operations({ op: "drop", key: "a" }), "operations[0].op"],
      [{ checks: [{ key: "a" }], ...operations({ op: "delete", key: "a" }) }, "checks[0].version"],
    ];
    for (const [body, field] of refused) {
      const answer = await transact(service, namespace, body);
      expect(answer).toMatchObject({ status: 400 });
      const { errors } = answer.body as { errors: { field: string }[] };
      expect(errors.map((error) => error.field)).toContain(field);
    }
    expect(await readState(service, namespace, "a")).toMatchObject({ value: { n: 1 }, version: 1 });
  });
});

test("takes 64 keys, and not one more", async () => {
  const namespace = newNamespace();
  const sets = Array.from({ length: 65 }, (_, index) => ({ op: "set", key: `k${index}`, value: index }));
  expect((await transact(service, namespace, operations(...sets))).status).toBe(400);
  expect(await transacted(service, namespace, operations(...sets.slice(0, 64)))).toHaveLength(64);
  const checks = [{ key: "k64", version: null }];
  const both = { checks, ...operations(...sets.slice(0, 64)) };
  expect((await transact(service, namespace, both)).status).toBe(400);
});

test("adds exactly as doubles do", async () => {
  const namespace = newNamespace();
  let sum = 0;
  for (const by of [0.1, 0.2, 0.9954859265266791, -933.2021337551879, 1e15, -1e15, 5e-324, 1 / 3]) {
    sum += by;
    const [result] = await transacted(service, namespace, operations({ op: "increment", key: "sum", by }));
    expect(result?.value).toBe(sum);
  }
  expect((await readState(service, namespace, "sum")).value).toBe(sum);
});

test("keys may hold anything here too", async () => {
  const namespace = newNamespace();
  const keys = ["\0", "{}", '"\\', "😀", "a/b", "%2F"];
  await transacted(service, namespace, operations(...keys.map((key) => ({ op: "set", key, value: key }))));
  for (const key of keys) expect(await readState(service, namespace, key)).toMatchObject({ key, value: key });
  expect((await service.send("DELETE", statePath(namespace, "\0"))).status).toBe(204);
});
