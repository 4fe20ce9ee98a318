import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Json, Memory, Parameters } from "../../support/acts/memories.js";
import {
  ids,
  listAll,
  listPage,
  listPath,
  newNamespace,
  pathOf,
  postBatch,
  remember,
} from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

async function store(namespace: string, inputs: readonly Json[]): Promise<Memory[]> {
  const memories: Memory[] = [];
  for (let from = 0; from < inputs.length; from += 500) {
    const results = await postBatch(service, namespace, inputs.slice(from, from + 500));
    for (const { memory } of results) {
      if (memory === undefined) throw new Error("a memory wasn't stored");
      memories.push(memory);
    }
  }
  return memories;
}

const semantic = (input: Json): Json => ({ memory_type: "semantic", ...input });

describe("a walk along the cursor", () => {
  const namespace = newNamespace();
  let stored: Memory[];
  const TYPES = ["episodic", "semantic", "procedural"];
  beforeAll(async () => {
    stored = await store(
      namespace,
      Array.from({ length: 1_200 }, (_, index) => ({
        content: `memory ${index}`,
        memory_type: TYPES[index % 3],
        agent_id: `agent ${index % 7}`,
        tags: index % 100 === 0 ? ["rare", "all"] : ["all"],
        metadata: { half: index < 600 },
      })),
    );
  });

  test("visits every record once, in the order of recording, whatever the filter, page size and order", async () => {
    const filters: [Parameters, (index: number) => boolean][] = [
      [{}, () => true],
      [{ memory_type: ["semantic", "episodic"] }, (index) => index % 3 !== 2],
      [{ agent_id: "agent 3" }, (index) => index % 7 === 3],
      [{ tag: "rare" }, (index) => index % 100 === 0],
      [{ metadata: '{"half":true}' }, (index) => index < 600],
      [{ metadata: '{"half":false}', tag: ["rare", "all"] }, (index) => index >= 600 && index % 100 === 0],
      [{ tag: "absent" }, () => false],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...filters),
        fc.integer({ min: 23, max: 200 }),
        fc.constantFrom("asc", "desc"),
        async ([filter, matches], limit, order) => {
          const expected = stored.filter((_, index) => matches(index));
          const visited = await listAll(service, namespace, { ...filter, limit, order });
          expect(ids(visited)).toEqual(ids(order === "asc" ? expected : expected.toReversed()));
        },
      ),
      { numRuns: runs(15) },
    );
  });

  test("goes on while others write and delete, and misses none that stays", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("asc", "desc"),
        fc.integer({ min: 30, max: 120 }),
        fc.integer({ min: 2, max: 9 }),
        async (order, limit, stride) => {
          const own = newNamespace();
          const there = await store(
            own,
            Array.from({ length: 600 }, (_, index) => ({ content: `m ${index}`, memory_type: "semantic" })),
          );
          const deleted = new Set<string>();
          let round = 0;
          const visited = await listAll(service, own, { order, limit }, async () => {
            round++;
            const victims = there.filter((_, index) => index % 40 === (round * stride) % 40).slice(0, 5);
            await Promise.all([
              ...victims.map(({ id }) => service.send("DELETE", pathOf({ namespace: own, id }))),
              remember(service, own, { content: `new ${round}` }),
            ]);
            for (const { id } of victims) deleted.add(id);
          });
          expect(new Set(ids(visited)).size).toBe(visited.length);
          const seen = new Set(ids(visited));
          const missed = there.filter(({ id }) => !seen.has(id) && !deleted.has(id));
          expect(missed).toEqual([]);
          expect(round).toBeGreaterThan(3);
        },
      ),
      { numRuns: 4 },
    );
  });

  test("has a cursor for this walk only", async () => {
    const first = await listPage(service, namespace, { limit: 10, tag: "all", order: "asc" });
    const cursor = first.cursor ?? "";
    const second = await listPage(service, namespace, { limit: 20, tag: "all", order: "asc", cursor });
    expect(ids([...first.memories, ...second.memories])).toEqual(ids(stored.slice(0, 30)));
    const others: [string, Parameters][] = [
      [namespace, { order: "desc", tag: "all" }],
      [namespace, { order: "asc" }],
      [namespace, { order: "asc", tag: "rare" }],
      [namespace, { order: "asc", tag: "all", memory_type: "semantic" }],
      [namespace, { order: "asc", tag: "all", from: "2000-01-01T00:00:00Z" }],
      [newNamespace(), { order: "asc", tag: "all" }],
    ];
    for (const [other, parameters] of others) {
      const answer = await service.send("GET", listPath(other, { ...parameters, cursor }));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
    }
  });

  test.each(["x", "0", "MTIz", "MTIuYWJj", "%F0%9F%98%80", "-1", "..", "a".repeat(257), ""])(
    "refuses the invented cursor %j",
    async (cursor) => {
      const answer = await service.send("GET", `${listPath(namespace)}cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
    },
  );
});

describe("a filter", () => {
  const namespace = newNamespace();
  const INPUTS: readonly Json[] = [
    { content: "number", metadata: { v: 1 } },
    { content: "text", metadata: { v: "1" } },
    { content: "true", metadata: { v: true } },
    { content: "text true", metadata: { v: "true" } },
    { content: "null", metadata: { v: null } },
    { content: "text null", metadata: { v: "null" } },
    { content: "empty text", metadata: { v: "" } },
    { content: "array", metadata: { v: [1, "two", [3]] } },
    { content: "nested", metadata: { v: { v: 1 } } },
    { content: "dotted", metadata: { "v.v": 1 } },
    { content: "elsewhere", metadata: { w: 1 } },
    { content: "precise", metadata: { v: 0.1 } },
    { content: "tiny", metadata: { v: 5e-324 } },
    { content: "huge", metadata: { v: 1.7976931348623157e308 } },
    { content: "objects", metadata: { v: [{ a: 1, b: 2 }, { a: 3 }] } },
  ];
  beforeAll(async () => {
    await store(namespace, INPUTS.map(semantic));
  });

  test.each<[string, string[]]>([
    ['{"v":1}', ["number", "array"]],
    ['{"v":1.0}', ["number", "array"]],
    ['{"v":"1"}', ["text"]],
    ['{"v":true}', ["true"]],
    ['{"v":"true"}', ["text true"]],
    ['{"v":false}', []],
    ['{"v":null}', ["null"]],
    ['{"v":"null"}', ["text null"]],
    ['{"v":""}', ["empty text"]],
    ['{"v":"two"}', ["array"]],
    ['{"v":3}', ["array"]],
    ['{"v":"tw"}', []],
    ['{"v":"*"}', []],
    ['{"v":[1,"1",null]}', ["number", "text", "null", "array"]],
    ['{"v":{"v":1}}', ["nested"]],
    ['{"v.v":1}', ["dotted"]],
    ['{"v":{"v":"1"}}', []],
    ['{"w":1}', ["elsewhere"]],
    ['{"v":1,"w":1}', []],
    ['{"v":0.1}', ["precise"]],
    ['{"v":0.10000000000000002}', []],
    ['{"v":5e-324}', ["tiny"]],
    ['{"v":1.7976931348623157e308}', ["huge"]],
    ['{"v":{"a":1}}', ["objects"]],
    ['{"v":{"a":3}}', ["objects"]],
    ['{"v":{"a":2}}', []],
    ['{"V":1}', []],
  ])("of metadata %s finds %j", async (metadata, expected) => {
    const found = await listAll(service, namespace, { metadata, order: "asc" });
    expect(found.map(({ content }) => content)).toEqual(expected);
  });

  test("of time includes its beginning and excludes its end, to the millisecond", async () => {
    const own = newNamespace();
    const times = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.002Z"];
    const far = ["0001-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"];
    await store(
      own,
      [...times, ...far].map((timestamp) => ({ content: timestamp, memory_type: "semantic", timestamp })),
    );
    const between = async (parameters: Parameters) =>
      (await listAll(service, own, parameters)).map(({ content }) => content).toSorted();
    const [first = "", second = "", third = ""] = times;
    expect(await between({ from: first, to: third })).toEqual([first, second]);
    expect(await between({ from: second, to: second })).toEqual([]);
    expect(await between({ from: "2026-01-01T01:00:00.001+01:00", to: "2026-01-01T00:00:00.002Z" })).toEqual([
      second,
    ]);
    expect(await between({ from: third })).toEqual([third, far[2]]);
    expect(await between({ to: first })).toEqual([far[0], far[1]]);
    expect(await between({ from: far[2] })).toEqual([far[2]]);
    expect(await between({ from: third, to: first })).toEqual([]);
  });

  test("joins different conditions by and, several values of one by or, several tags by and", async () => {
    const own = newNamespace();
    const inputs: Json[] = [];
    for (const memory_type of ["semantic", "episodic"]) {
      for (const agent_id of ["a", "b", undefined]) {
        for (const session_id of ["s", "t"]) {
          for (const tags of [["x"], ["x", "y"], []]) {
            const content = [memory_type, agent_id, session_id, tags].join();
            inputs.push({ content, memory_type, agent_id, session_id, tags });
          }
        }
      }
    }
    const stored = await store(own, inputs);
    const check = async (parameters: Parameters, matches: (memory: Memory) => boolean) => {
      const found = await listAll(service, own, { ...parameters, order: "asc" });
      expect(ids(found)).toEqual(ids(stored.filter(matches)));
    };
    await check(
      { memory_type: "episodic", agent_id: "a" },
      (m) => m.memory_type === "episodic" && m.agent_id === "a",
    );
    await check(
      { agent_id: ["a", "b"], session_id: "t" },
      (m) => m.agent_id !== null && m.session_id === "t",
    );
    await check({ tag: ["x", "y"] }, (m) => m.tags.includes("x") && m.tags.includes("y"));
    await check({ tag: "y", agent_id: "A" }, () => false);
    await check(
      { tag: "x", session_id: ["s", "t"], memory_type: ["semantic"] },
      (m) => m.memory_type === "semantic" && m.tags.includes("x"),
    );
  });
});

test("a write is in the next list, a revision under its new values only", async () => {
  const namespace = newNamespace();
  for (let index = 0; index < 30; index++) {
    const memory = await remember(service, namespace, {
      content: `at once ${index}`,
      agent_id: `${index}`,
      metadata: { at: index },
    });
    expect(ids((await listPage(service, namespace, { agent_id: `${index}` })).memories)).toEqual([memory.id]);
    await service.send("PATCH", pathOf(memory), { metadata: { at: -1 - index } });
    expect((await listPage(service, namespace, { metadata: `{"at":${index}}` })).memories).toHaveLength(0);
    expect((await listPage(service, namespace, { metadata: `{"at":${-1 - index}}` })).memories).toHaveLength(
      1,
    );
  }
});
