import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { consolidate, undo } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  ids,
  listAll,
  newNamespace,
  pathOf,
  post,
  postBatch,
  read,
  recall,
  revise,
} from "../../support/acts/memories.js";
import { auditPageOf } from "../../support/audit/read.js";
import { until } from "../../support/service/service.js";
import { shareWithRedis } from "../../support/redis/with-redis.js";

const { service, redis } = await shareWithRedis();

async function write(namespace: string, memories: readonly object[]): Promise<Memory[]> {
  const results = await postBatch(service, namespace, memories);
  return results.map(({ memory, problem }) => {
    if (memory === undefined) throw new Error(JSON.stringify(problem));
    return memory;
  });
}

const TWICE = ["Deliveries come on Mondays.", "deliveries come on mondays"].map((content) => ({
  content,
  memory_type: "semantic",
}));
const TALK = [
  "Ann: The irrigation pump of the greenhouse leaks.",
  "Ann: The ferry to Santorini leaves Piraeus at 7:25.",
  "Ann: A new irrigation pump for the greenhouse is ordered.",
  "Ann: I booked the ferry from Piraeus to Santorini.",
  "Ann: The irrigation pump of the greenhouse is installed.",
  "Ann: The ferry to Santorini is late, so we stay in Piraeus.",
].map((content) => ({
  content,
  memory_type: "episodic",
  session_id: "s",
  timestamp: "2024-03-01T10:00:00Z",
}));

interface Made {
  readonly namespace: string;
  readonly sources: readonly Memory[];
  readonly run: string;
  /** The first that the run made, with what it stands for. */
  readonly memory: Memory;
}

async function made(step: "merge" | "summarise"): Promise<Made> {
  const namespace = newNamespace();
  const written = await write(namespace, step === "merge" ? TWICE : TALK);
  const run = await consolidate(service, namespace, { steps: [step] });
  const memory = await read(service, { namespace, id: run.actions[0]?.result?.made[0] ?? "" });
  const sources = written.filter(({ id }) => memory.derived_from.some((source) => source.id === id));
  return { namespace, sources, run: run.id, memory };
}

test("a recall shows an episode that its summary doesn't hold, and nothing by what was revised", async () => {
  const { namespace, memory, sources } = await made("summarise");
  const source = sources.find(({ content }) => !memory.content.includes(content));
  if (source === undefined) throw new Error("the summary holds all of its episodes");
  const marked = `w${randomUUID().slice(0, 8)}`;
  const [fresh] = await write(namespace, [
    { content: `The ${marked} door is open.`, memory_type: "semantic" },
  ]);
  if (fresh === undefined) throw new Error("no memory");
  await revise(service, fresh, { content: "The door is closed." });
  for (const namespaces of [[namespace], ["**"]]) {
    const { hits } = await recall(service, { query: source.content, namespaces });
    expect(hits[0]?.memory, namespaces.join()).toMatchObject({ id: source.id, superseded_by: memory.id });
    expect(hits[0]).not.toHaveProperty("via");
    expect((await recall(service, { query: marked, namespaces, mode: "keyword" })).hits).toEqual([]);
  }
});

test("a recall shows a summary in place of the episodes that it holds, once", async () => {
  const { namespace, memory, sources } = await made("summarise");
  const held = sources.filter(({ content }) => memory.content.includes(content));
  for (const { content } of held) {
    const { hits } = await recall(service, { query: content, namespaces: [namespace] });
    const shown = ids(hits.map((hit) => hit.memory));
    expect(shown[0]).toBe(memory.id);
    expect(new Set(shown).size).toBe(shown.length);
    for (const { id } of held) expect(shown).not.toContain(id);
  }
  expect(held.length).toBeGreaterThan(0);
});

test("a recall shows a summary where its episodes may not be shown, or it was given another text", async () => {
  const { namespace, memory, sources } = await made("summarise");
  const query = sources.map(({ content }) => content).join(" ");
  const shown = async (more: object): Promise<string[]> =>
    ids((await recall(service, { query, namespaces: [namespace], ...more })).hits.map((hit) => hit.memory));
  expect(await shown({ memory_types: ["semantic"] })).toContain(memory.id);
  await revise(service, memory, { content: "The pump and the ferry took all of March." });
  const after = await shown({});
  expect(after).toContain(memory.id);
  for (const { id } of sources) expect(after).not.toContain(id);
});

test("a recall of an episode counts as a use of its summary", async () => {
  const { namespace, memory, sources } = await made("summarise");
  const source = sources.find(({ content }) => !memory.content.includes(content));
  await recall(service, { query: source?.content, namespaces: [namespace], limit: 1 });
  await until(
    () => read(service, memory),
    ({ expiry }) => (expiry?.uses ?? 0) > 0,
  );
});

describe("undoing keeps memories that callers", () => {
  test.for([
    ["said again", ({ namespace, memory }) => post(service, namespace, { content: memory.content })],
    ["confirmed", ({ memory }) => feedback(memory, "confirmed")],
    ["found useless", ({ memory }) => feedback(memory, "useless")],
    [
      "published",
      ({ memory }) => service.send("POST", `${pathOf(memory)}/publish`, { to: newNamespace(), follow: true }),
    ],
    [
      "derived something of",
      ({ namespace, memory: { id, version } }) =>
        post(service, namespace, {
          content: "So the ramp is free on Tuesdays.",
          derived_from: [{ namespace, id, version }],
        }),
    ],
  ] as const satisfies readonly (readonly [string, (made: Made) => Promise<{ status: number }>])[])(
    "%s",
    async ([, act]) => {
      const what = await made("merge");
      expect((await act(what)).status).toBeLessThan(300);
      const undone = await undo(service, what.namespace, what.run);
      expect(undone.actions[0]?.result).toMatchObject({ status: "undone", kept: [what.memory.id] });
      const left = ids(await listAll(service, what.namespace));
      expect(left).toEqual(expect.arrayContaining(ids([...what.sources, what.memory])));
    },
  );

  test("but not what something was derived of that is gone again", async () => {
    const { namespace, memory, run, sources } = await made("merge");
    const { id, version } = memory;
    const body = { content: "So the ramp is free.", derived_from: [{ namespace, id, version }] };
    const derived = bodyOf<Memory>(await post(service, namespace, body), 201);
    expect((await service.send("DELETE", pathOf(derived))).status).toBe(204);
    await undo(service, namespace, run);
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids(sources).toSorted());
  });

  test("sources come back although their content was written again in between", async () => {
    const { namespace, memory, run, sources } = await made("merge");
    const gone = sources.find(({ content }) => content !== memory.content);
    const again = bodyOf<Memory>(await post(service, namespace, { content: gone?.content }), 201);
    const undone = await undo(service, namespace, run);
    expect(undone.actions[0]?.result?.kept).toEqual([]);
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids([...sources, again]).toSorted());
    for (const source of sources) expect(await read(service, source)).toMatchObject({ superseded_by: null });
  });
});

function feedback(memory: Memory, outcome: string) {
  return service.send("POST", `${pathOf(memory)}/feedback`, { outcome, by: "agent" });
}

async function forgetAll(namespace: string, memory_types: readonly string[]): Promise<string[]> {
  const body = { policy: { max_age: 0, memory_types } };
  return bodyOf<{ ids: string[] }>(
    await service.send("POST", `/v1/namespaces/${namespace}/forget`, body),
    200,
  ).ids;
}

/** On a busy machine the service may leave what follows from a deletion to the background, and says so. */
async function remove(memory: Pick<Memory, "namespace" | "id">): Promise<void> {
  const { status, body } = await service.send("DELETE", pathOf(memory));
  if (status !== 204) expect({ status, body }).toMatchObject({ status: 200, body: { pending: true } });
}

async function untilGone(memory: Pick<Memory, "namespace" | "id">): Promise<void> {
  await until(
    () => service.send("GET", pathOf(memory)),
    ({ status }) => status === 404,
  );
}

describe("when what stands for others goes,", () => {
  test("what it summed up is there again as before", async () => {
    const { namespace, memory, sources } = await made("summarise");
    const [first] = sources;
    if (first === undefined) throw new Error("no source");
    await remove(memory);
    for (const source of sources) {
      expect(await read(service, source)).toMatchObject({ superseded_at: null, superseded_by: null });
    }
    expect(ids(await listAll(service, namespace))).toEqual(expect.arrayContaining(ids(sources)));
    const found = await recall(service, { query: first.content, namespaces: [namespace], limit: 1 });
    expect(ids(found.hits.map((hit) => hit.memory))).toEqual([first.id]);
    expect((await service.send("PATCH", pathOf(first), { importance: 1 })).status).toBe(200);
    const again = await consolidate(service, namespace, { steps: ["summarise"] });
    expect(again.actions.length).toBeGreaterThan(0);
  });

  test("what said the same goes with it, and counts no more", async () => {
    const { namespace, memory, sources } = await made("merge");
    // The same content again is the memory that stands for it.
    expect(bodyOf<Memory>(await post(service, namespace, { content: memory.content }), 200).id).toBe(
      memory.id,
    );
    await remove(memory);
    for (const each of [memory, ...sources]) await untilGone(each);
    const usage = bodyOf<{ memories: { used: number } }>(
      await service.send("GET", `/v1/namespaces/${namespace}/usage`),
      200,
    );
    expect(usage).toMatchObject({ memories: 0, bytes: 0 });
    const back = bodyOf<Memory>(await post(service, namespace, { content: memory.content }), 201);
    expect(sources.map(({ id }) => id)).not.toContain(back.id);
  });

  test("also when a policy forgets it", async () => {
    const { namespace, memory, sources } = await made("summarise");
    expect(await forgetAll(namespace, ["semantic"])).toContain(memory.id);
    for (const source of sources) expect(await read(service, source)).toMatchObject({ superseded_by: null });
    const other = await made("merge");
    expect((await forgetAll(other.namespace, ["semantic"])).length).toBeGreaterThan(0);
    expect(await listAll(service, other.namespace, { superseded: "true" })).toEqual([]);
  });

  test.for([
    ["read", (of: Memory) => service.send("GET", pathOf(of))],
    ["revised", (of: Memory) => service.send("PATCH", pathOf(of), { tags: ["back"] })],
    [
      "recalled",
      ({ namespace, content }: Memory) =>
        service.send("POST", "/v1/recall", { query: content, namespaces: [namespace], limit: 1 }),
    ],
  ] as const)("by itself, its sources are there again once one is %s", async ([, act]) => {
    const { namespace, memory, sources } = await made("summarise");
    await redis.del(`${service.prefix}:rec:{${namespace}}:${memory.id}`);
    const [first] = sources;
    if (first === undefined) throw new Error("no source");
    const answer = await act(first);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toContain(memory.id);
    await until(
      () => listAll(service, namespace),
      (found) => ids(found).includes(first.id),
    );
    expect(await read(service, first)).toMatchObject({ superseded_at: null, superseded_by: null });
    const { entries } = await auditPageOf(service, { namespace, verb: ["reinstate", "consolidation.undo"] });
    expect(entries.map(({ agent, verb }) => ({ agent, verb }))).toEqual([
      { agent: "mneme", verb: "reinstate" },
    ]);
  });

  test("also what stood for that: of a summary that was merged, the episodes come back", async () => {
    const { namespace, memory, sources } = await made("summarise");
    const content = memory.content.replaceAll("Ann", "ann");
    await write(namespace, [{ content, memory_type: "semantic", session_id: memory.session_id }]);
    const run = await consolidate(service, namespace, { steps: ["merge"] });
    const id = run.actions.find((action) => action.sources.some((each) => each.id === memory.id))?.result
      ?.made[0];
    await remove({ namespace, id: id ?? "" });
    await untilGone(memory);
    for (const source of sources) expect(await read(service, source)).toMatchObject({ superseded_by: null });
  });
});
