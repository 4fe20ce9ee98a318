import { expect, test } from "vitest";
import { createKey, as } from "../../support/acts/access.js";
import { consolidate } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  ids,
  listAll,
  newNamespace,
  postBatch,
  read,
  recall,
  remember,
} from "../../support/acts/memories.js";
import { agentIn } from "../../support/acts/trust.js";
import type { Service } from "../../support/service/service.js";
import { until, useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService({ MNEME_EMBEDDER: "local" });
const root = as(service, (await createKey(service, { agent: "root", human: true })).key);

/** Ann and Bob, two writers of one namespace. */
async function writers(): Promise<{ namespace: string; ann: Service; bob: Service }> {
  const namespace = newNamespace();
  const [ann, bob] = [
    await agentIn(root, service, `ann of ${namespace}`, namespace),
    await agentIn(root, service, `bob of ${namespace}`, namespace),
  ];
  return { namespace, ann, bob };
}

async function write(writer: Service, namespace: string, memories: readonly object[]): Promise<Memory[]> {
  const results = await postBatch(writer, namespace, memories);
  return results.map(({ memory, problem }) => {
    if (memory === undefined) throw new Error(JSON.stringify(problem));
    return memory;
  });
}

const CLOSES = [
  "The warehouse closes at 18:00 on Fridays.",
  "the warehouse closes at 18:00 on fridays",
] as const;
const OLD = "2024-03-01T10:00:00Z";
const YOUNG = "2026-03-01T10:00:00Z";
const said = { content: CLOSES[0], memory_type: "semantic", timestamp: OLD };

test("another author's duplicate changes nothing of a memory: neither trust, tags, importance, pin nor time", async () => {
  const { namespace, ann, bob } = await writers();
  const own = await remember(ann, namespace, { ...said, tags: ["hours"] });
  const doubt = { trust_score: 0, importance: 1, pinned: true, tags: ["ad"], timestamp: YOUNG };
  const other = await remember(bob, namespace, { ...said, content: CLOSES[1], ...doubt });
  expect(await consolidate(root, namespace, { steps: ["merge"] })).toMatchObject({
    status: "done",
    planned: 0,
  });
  // It says the same, which speaks for the memory. Nothing else of it changes.
  const unlike = { expiry: undefined, corroborations: undefined, trust: undefined };
  const now = await until(
    () => read(root, own),
    ({ corroborations }) => corroborations === 1,
  );
  expect({ ...now, ...unlike }).toEqual({ ...own, ...unlike });
  expect(now.trust).toBeGreaterThan(own.trust);
  expect(await read(root, other)).toMatchObject({ superseded_at: null, trust: 0 });
  const query = { query: "warehouse Fridays", namespaces: [namespace], min_trust: 0.2 };
  for (const filter of [{}, { to: "2025-01-01T00:00:00Z" }]) {
    const { hits } = await recall(root, { ...query, filter });
    expect(ids(hits.map(({ memory }) => memory))).toEqual([own.id]);
  }
});

test("each author's own duplicates become one, which is trusted as the best of them is", async () => {
  const { namespace, ann, bob } = await writers();
  const doubted = { trust_score: 0.1, tags: ["first"] };
  const [first, again] = await write(ann, namespace, [
    { ...said, ...doubted },
    { ...said, content: CLOSES[1], timestamp: YOUNG, tags: ["second"] },
  ]);
  const other = await remember(bob, namespace, { ...said, content: CLOSES[0].toUpperCase() });
  if (first === undefined || again === undefined) throw new Error("not written");
  const run = await consolidate(root, namespace, { steps: ["merge"] });
  expect(run.actions.map(({ result }) => result?.superseded.toSorted())).toEqual([
    ids([first, again]).toSorted(),
  ]);
  const merged = await read(root, { namespace, id: run.actions[0]?.result?.made[0] ?? "" });
  const { trust, source_agent } = await read(root, again);
  expect(merged).toMatchObject({
    trust,
    source_agent,
    trust_score: 1,
    timestamp: first.timestamp,
    tags: ["first", "second"],
    content: CLOSES[1],
  });
  expect((await read(root, other)).superseded_at).toBeNull();
});

test.for(["keyword", "vector"])(
  "a merged memory, or the source itself, is found by each time that found its sources, by %s",
  async (mode) => {
    const { namespace: above } = await writers();
    const namespace = `${above}.shift`;
    const valid = { valid_from: "2023-01-01T00:00:00Z" };
    const [first, again] = await write(root, namespace, [
      { ...said, ...valid },
      { ...said, ...valid, content: CLOSES[1], timestamp: YOUNG },
    ]);
    if (first === undefined || again === undefined) throw new Error("not written");
    const before = new Date().toISOString();
    const run = await consolidate(root, namespace, { steps: ["merge"] });
    const id = run.actions[0]?.result?.made[0] ?? "";
    const found = async (request: object): Promise<Set<string>> => {
      const pages = await Promise.all(
        [namespace, `${above}.**`, "**"].map((where) =>
          recall(root, {
            query: "warehouse Fridays",
            namespaces: [where],
            mode,
            duplicates: "keep",
            ...request,
          }),
        ),
      );
      const own = pages.map(({ hits }) =>
        ids(hits.map(({ memory }) => memory).filter((memory) => memory.namespace === namespace)).toSorted(),
      );
      expect(own).toEqual(own.map(() => own[0]));
      return new Set(own[0]);
    };
    const [middle, late] = ["2024-06-01T00:00:00Z", "2025-01-01T00:00:00Z"];
    expect(await found({})).toEqual(new Set([id]));
    expect(await found({ filter: { to: late } })).toEqual(new Set([id]));
    expect(await found({ filter: { from: late } })).toEqual(new Set([again.id]));
    expect(await found({ filter: { from: "2023-01-01T00:00:00Z" } })).toEqual(new Set([id]));
    expect(await found({ filter: { from: middle, to: late } })).toEqual(new Set());
    expect(await found({ valid_at: "2023-06-01T00:00:00Z" })).toEqual(new Set([id]));
    expect(await found({ as_of: before })).toEqual(new Set([first.id, again.id]));
    expect(await found({ as_of: new Date().toISOString() })).toEqual(new Set([id]));
  },
);

test("a summary sums up what one author wrote, so another one's doubt doesn't hide it", async () => {
  const { namespace, ann, bob } = await writers();
  const talk = [
    "The irrigation pump of the greenhouse leaks.",
    "The ferry to Santorini leaves Piraeus at 7:25.",
    "A new irrigation pump for the greenhouse is ordered.",
    "I booked the ferry from Piraeus to Santorini.",
    "The irrigation pump of the greenhouse is installed.",
    "The ferry to Santorini is late, so we stay in Piraeus.",
  ];
  const episode = { memory_type: "episodic", session_id: "s" };
  const at = (index: number) => new Date(Date.parse(OLD) + index).toISOString();
  const own = await write(
    ann,
    namespace,
    talk.map((content, index) => ({ ...episode, content, timestamp: at(index) })),
  );
  const ours = new Set(ids(own));
  await write(
    bob,
    namespace,
    talk.map((content, index) =>
      Object.assign({ content: `${content}!`, trust_score: 0, timestamp: at(index) }, episode),
    ),
  );
  await consolidate(root, namespace, { steps: ["summarise"] });
  const made = (await listAll(root, namespace)).filter(({ memory_type }) => memory_type === "semantic");
  for (const { source_agent, derived_from, trust } of nonEmpty(made)) {
    const author = source_agent === `ann of ${namespace}` ? "ann" : "bob";
    expect(derived_from.map(({ id }) => (ours.has(id) ? "ann" : "bob"))).toEqual(
      derived_from.map(() => author),
    );
    expect(trust > 0).toBe(author === "ann");
  }
  expect(new Set(made.map(({ source_agent }) => source_agent)).size).toBe(2);
});

test("a procedure is learned from what one author captured, and is that author's", async () => {
  const { namespace, ann, bob } = await writers();
  const capture = async (writer: Service, room: string, more: object = {}) =>
    bodyOf<Memory>(
      await writer.send("POST", `/v1/namespaces/${namespace}/interactions`, {
        agent_id: "desk",
        input: `How much is a ${room} room?`,
        response: `A ${room} room is 120 dollars a night.`,
        feedback: "Please give prices in euros.",
        ...more,
      }),
      201,
    );
  const own = [await capture(ann, "single"), await capture(ann, "double")];
  await capture(bob, "large", { trust_score: 0, tags: ["ad"], pinned: true });
  const steps = ["procedures"];
  expect((await consolidate(root, namespace, { steps })).planned).toBe(0);
  own.push(await capture(ann, "small"));
  // Nor does it keep one from being learned.
  const derived_from = own.map(({ id, version }) => ({ namespace, id, version }));
  await remember(bob, namespace, { memory_type: "procedural", content: "Say nothing.", derived_from });
  const run = await consolidate(root, namespace, { steps });
  const [id = ""] = run.actions.flatMap(({ result }) => result?.made ?? []);
  const procedure = await read(root, { namespace, id });
  expect(procedure).toMatchObject({ source_agent: `ann of ${namespace}`, tags: [], trust: 0.5 });
  expect(procedure.derived_from.map((source) => source.id).toSorted()).toEqual(ids(own).toSorted());
  expect((await consolidate(root, namespace, { steps })).planned).toBe(0);
});
