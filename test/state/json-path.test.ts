import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PathProblem, parseJsonPath } from "../../src/state/json-path.js";
import { anyCharacter } from "../support/any-character.js";
import { newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import { runs } from "../support/run/long.js";
import type { Answer } from "../support/service/answer.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { failedAt, getState, readState, setState, transact, transacted } from "../support/acts/state.js";

// A Redis of this file's own: the tests are about what would end it.
let redis: TestRedis;
let service: Service;
beforeAll(async () => {
  redis = await startRedis();
  service = await startService({ REDIS_URL: redis.url });
});
afterAll(async () => {
  await service.stop();
  await redis.stop();
});

const query = (path: string, asOf?: string): string =>
  `?path=${encodeURIComponent(path)}${asOf === undefined ? "" : `&as_of=${asOf}`}`;

/** It answers, and it is the same process as before. */
async function expectAlive(pid: number): Promise<void> {
  expect((await service.send("GET", "/readyz")).status).toBe(200);
  expect(redis.pid).toBe(pid);
}

function expectTaken({ status, body }: Answer): void {
  expect([200, 400, 409]).toContain(status);
  if (status !== 400) return;
  const [error] = (body as { errors: { field: string }[] }).errors;
  expect(error?.field).toMatch(/^(path|operations\[0\]\.(path|value))$/);
}

/** All of the plane of each 2^16 that ends in 00: a path's error text lost all but the last byte of a character. */
const ENDING_IN_00 = Array.from({ length: 0x110000 / 0x100 }, (_, block) => block * 0x100).filter(
  (point) => point !== 0 && (point < 0xd800 || point > 0xdfff),
);

test("every character whose code ends in 00 is read as a name in a path, in quotes and without", async () => {
  const { pid } = redis;
  const namespace = newNamespace();
  const names = ENDING_IN_00.map((point) => String.fromCodePoint(point));
  const { updated_at } = await setState(
    service,
    namespace,
    "k",
    Object.fromEntries(names.map((n) => [n, n])),
  );
  for (const name of names.filter((_, index) => index < 100 || index % 60 === 0)) {
    for (const path of [`$.${name}`, `$["${name}"]`, `$..['${name}']`]) {
      expect((await readState(service, namespace, "k", query(path))).value).toEqual([name]);
    }
    const then = await readState(service, namespace, "k", query(`$.${name}`, updated_at));
    expect(then.value).toEqual([name]);
  }
  await expectAlive(pid);
});

const hostile = fc.oneof(
  fc.constantFrom(...ENDING_IN_00.map((point) => String.fromCodePoint(point))),
  fc.constantFrom(..."$.[]'\"*?@:,()!=<>&|~ \\/0123456789-aeu\0\n"),
  fc.constantFrom(
    "..",
    "[*]",
    "[?(@.",
    "==",
    "&&",
    "[0]",
    '["',
    '"]',
    "99999999999999999999",
    "1e999",
    "\\u0000",
  ),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
);
const anyPath = fc.oneof(
  fc.array(hostile, { maxLength: 30 }).map((parts) => `$${parts.join("")}`),
  fc.array(hostile, { maxLength: 8 }).map((parts) => `$["a"]${parts.join("")}`),
  fc.array(hostile, { maxLength: 8 }).map((parts) => `$.a[?(@.${parts.join("")})]`),
);

test("no path ends Redis, wherever it is taken", async () => {
  const { pid } = redis;
  const namespace = newNamespace();
  const value = { a: [1, { "\u0400": [1], b: "x" }, [2]], "\u0400": { "\u0100": 1 } };
  const { updated_at } = await setState(service, namespace, "k", value);
  await fc.assert(
    fc.asyncProperty(anyPath, fc.constantFrom(1, "\u0400", { "\u0400": 1 }, null), async (path, set) => {
      expectTaken(await getState(service, namespace, "k", query(path)));
      expectTaken(await getState(service, namespace, "k", query(path, updated_at)));
      for (const operation of [
        { op: "set", value: set },
        { op: "merge", value: set },
        { op: "increment", by: 1 },
        { op: "delete" },
      ]) {
        expectTaken(await transact(service, namespace, { operations: [{ key: "k", path, ...operation }] }));
        // A path that leads to the whole value may have taken it away.
        await setState(service, namespace, "k", value);
      }
    }),
    { numRuns: runs(60) },
  );
  await expectAlive(pid);
});

test("a path that can't be read is refused, and Redis lives", async () => {
  const { pid } = redis;
  const namespace = newNamespace();
  await setState(service, namespace, "k", { a: [1] });
  for (const path of [
    '$[" a"]',
    "$.\u0400[",
    "$[\u0400]",
    "$\u0400",
    "\u0400",
    "$.a[99999999999999999999]",
    "$.a[-9223372036854775809]",
    "$.a[0:99999999999999999999]",
    "$.a[01]",
    "$.a[::0]",
    "$.a[0,'a']",
    '$.a[?(@=="\u0400)]',
    '$["\\q"]',
    '$["\\ud800"]',
    "$.a[?(@==1e300)]",
    "$.a[?(@==1)",
    `$${"[0]".repeat(20_000)}`,
    `$.${"\u0400".repeat(16_384)}`,
    `$[?${"(".repeat(200)}@${")".repeat(200)}]`,
  ]) {
    // Longer ones fit no request line.
    if (encodeURIComponent(path).length < 8_000) {
      expect((await getState(service, namespace, "k", query(path))).status).toBe(400);
    }
    const answer = await transact(service, namespace, { operations: [{ op: "delete", key: "k", path }] });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "operations[0].path" }] } });
  }
  await expectAlive(pid);
});

describe("an index before an array's beginning", () => {
  const value = { a: [1, 2], e: [], n: [[1], [1, 2], [1, 2, 3]], o: [{ x: [5] }, { x: [5, 6] }] };

  test.each<[string, unknown[]]>([
    ["$.a[-3]", []],
    ["$.a[-2147483647]", []],
    ["$.a[-2]", [1]],
    ["$.a[-1]", [2]],
    ["$.e[-1]", []],
    ["$.n[*][-2]", [1, 2]],
    ["$.n..[-3]", [[1], 1]],
    ["$.n[-9][0]", []],
    ["$.a[0,-9]", [1]],
    ["$.a[-9,1,-1,0]", [2, 2, 1]],
    ["$.n[-3,-4][0]", [1]],
    ["$.a[-9:]", [1, 2]],
    ["$.a[-9:1]", [1]],
    ["$.a[:-9]", []],
    ["$.a[-9:-8]", []],
    ["$.o[?(@.x[-2]==5)]", [{ x: [5, 6] }]],
    ["$.o[?(@.x[-1]==6)]", [{ x: [5, 6] }]],
    ["$.o[?(@.x[-9])]", []],
  ])("selects nothing: %s, now and as of a time", async (path, expected) => {
    const namespace = newNamespace();
    const { updated_at } = await setState(service, namespace, "k", value);
    expect((await readState(service, namespace, "k", query(path))).value).toEqual(expected);
    await setState(service, namespace, "k", 1);
    expect((await readState(service, namespace, "k", query(path, updated_at))).value).toEqual(expected);
  });

  test("changes and deletes nothing", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", value);
    for (const path of ["$.a[-3]", "$.n[-9][0]", "$.o[-3].x", "$.o[-3].fresh", "$.e[-1]"]) {
      for (const operation of [
        { op: "set", value: 9 },
        { op: "merge", value: { y: 1 } },
        { op: "increment", by: 1 },
        { op: "delete" },
      ]) {
        const answer = await transact(service, namespace, { operations: [{ key: "k", path, ...operation }] });
        expect(answer).toMatchObject({ status: 409, body: { failed: { reason: "path_not_found" } } });
      }
    }
    const union = { op: "set", key: "k", path: "$.a[0,-9]", value: 9 };
    expect(await transact(service, namespace, { operations: [union] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "operations[0].path" }] },
    });
    expect((await readState(service, namespace, "k")).value).toEqual(value);
  });

  test("differs from one within the array, which is changed, gets members and is deleted", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", { a: [1, 2, 3], o: [{ x: 1 }], f: [0.5] });
    const operations = [
      { op: "increment", key: "k", path: "$.a[-1]", by: 1 },
      { op: "set", key: "k", path: "$.a[-2]", value: "b" },
      { op: "set", key: "k", path: "$.o[-1].fresh", value: 1.1 },
      { op: "merge", key: "k", path: "$.o[-1]", value: { m: 1 } },
      { op: "set", key: "k", path: "$.f[-1]", value: "c" },
      { op: "delete", key: "k", path: "$.a[-3]" },
    ];
    await transacted(service, namespace, { operations });
    expect((await readState(service, namespace, "k")).value).toEqual({
      a: ["b", 4],
      o: [{ x: 1, fresh: 1.1, m: 1 }],
      f: ["c"],
    });
  });
});

describe("a name", () => {
  const names = [
    "",
    "a b",
    "'",
    '"',
    "\\",
    "\n",
    "\0",
    "*",
    "$",
    "]",
    "\u0400",
    "😀",
    "__proto__",
    "a.b",
    "0",
  ];
  const written = (name: string): string => `$[${JSON.stringify(name)}]`;

  test.each([...names, `'"`, `\\"'`, "\\\\"])("%j is found as it is", async (name) => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", JSON.parse(`{${JSON.stringify(name)}:7,"other":8}`));
    expect((await readState(service, namespace, "k", query(written(name)))).value).toEqual([7]);
  });

  test.each(names.filter((name) => name !== "\\"))("%j is written as it is", async (name) => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", {});
    const path = written(name);
    await transacted(service, namespace, {
      operations: [
        { op: "set", key: "k", path, value: 1 },
        { op: "increment", key: "k", path, by: 1 },
      ],
    });
    const { value } = await readState(service, namespace, "k");
    expect(Object.entries(value as object)).toEqual([[name, 2]]);
  });

  test.each(["\\", `'"`])("%j can't be written by a path, which is said", async (name) => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", { [name]: 1 });
    const operations = [{ op: "set", key: "k", path: written(name), value: 2 }];
    expect(await transact(service, namespace, { operations })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "operations[0].path" }] },
    });
  });
});

test.each([
  ["$", "$"],
  ["$.a.b", '$["a"]["b"]'],
  ["$ .a [ 0 ] . b", undefined],
  ["$.a[ 0 , 1,0 ]", '$["a"][0,1]'],
  ["$['a',\"b\"]", '$["a","b"]'],
  ["$..a", '$..["a"]'],
  ["$..*", "$..[*]"],
  ["$.[*].*", "$[*][*]"],
  ["$[1:-2:3]", "$[1:-2:3]"],
  ["$[:]", "$[:]"],
  ["$[-0]", "$[0]"],
  ["$['it\\'s']", `$["it's"]`],
  ["$['\\u0041\\n']", '$["A\n"]'],
  ["$[?@.a == 'x' && ( @[0]>=1.50 || true!=@.b )]", '$[?@["a"]=="x"&&(@[0]>=1.5||true!=@["b"])]'],
])("%s is written for RedisJSON as %s", (path, written) => {
  if (written === undefined) expect(() => parseJsonPath(path)).toThrow(PathProblem);
  else expect(parseJsonPath(path).text).toBe(written);
});

test("what is written for RedisJSON reads as the same path again", () => {
  fc.assert(
    fc.property(anyPath, (path) => {
      let text: string;
      try {
        ({ text } = parseJsonPath(path));
      } catch (error) {
        expect(error).toBeInstanceOf(PathProblem);
        return;
      }
      expect(parseJsonPath(text).text).toBe(text);
    }),
    { numRuns: 3000 },
  );
});

describe("the only element of an array of one number", () => {
  const value = { one: [1], two: [1, 2], rows: [[1], [2, 3], "x"], items: [{ id: 1, list: [5] }] };

  test.each<[string, string, unknown, unknown]>([
    ["set", "$.one[0]", { deep: true }, { one: [{ deep: true }] }],
    ["set", "$.one[-1]", "x", { one: ["x"] }],
    ["set", "$.one[*]", null, { one: [null] }],
    ["set", "$.one[0:]", [1], { one: [[1]] }],
    ["set", "$.one[-1:]", true, { one: [true] }],
    ["set", "$.one[:1]", true, { one: [true] }],
    ["set", "$.one[?(@==1)]", "x", { one: ["x"] }],
    ["set", "$.one[0]", 2.5, { one: [2.5] }],
    ["set", "$.rows[*][0]", "y", { rows: [["y"], ["y", 3], "x"] }],
    ["set", "$.rows[*][-1]", "y", { rows: [["y"], [2, "y"], "x"] }],
    ["set", "$.items[?(@.id==1)].list[0]", "y", { items: [{ id: 1, list: ["y"] }] }],
    ["merge", "$.one[0]", { deep: true }, { one: [{ deep: true }] }],
    ["merge", "$.one[0]", null, { one: [null] }],
  ])("%s %s %j", async (op, path, written, changed) => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", value);
    await transacted(service, namespace, { operations: [{ op, key: "k", path, value: written }] });
    expect((await readState(service, namespace, "k")).value).toEqual({ ...value, ...(changed as object) });
  });

  test("isn't lengthened where a path leads nowhere, or where its filter would select another", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", value);
    for (const [path, reason] of [
      ["$.one[1]", "path_not_found"],
      ["$.one[?(@>1)]", "path_not_found"],
      ["$.items[?(@.list[0]==5)].list[0]", "filter_moved"],
      ["$.items[?(@.list[-1]==5)].list[0]", "filter_moved"],
    ]) {
      const answer = await transact(service, namespace, {
        operations: [{ op: "set", key: "k", path, value: { deep: true } }],
      });
      expect(failedAt(answer)).toMatchObject({ part: "operation", index: 0, reason });
    }
    expect(await readState(service, namespace, "k")).toMatchObject({ value, version: 1 });
  });
});
