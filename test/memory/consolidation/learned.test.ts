import { expect, test } from "vitest";
import { consolidate, undo } from "../../support/acts/consolidations.js";
import { entity, triples } from "../../support/acts/facts.js";
import type { Memory } from "../../support/acts/memories.js";
import { bodyOf, ids, listAll, newNamespace, post, recall } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

async function interact(namespace: string, input: string, feedback: unknown): Promise<Memory> {
  const body = { input, response: "It is 120 miles.", feedback, agent_id: "guide" };
  return bodyOf<Memory>(await service.send("POST", `/v1/namespaces/${namespace}/interactions`, body), 201);
}

const CITIES = ["Graz", "Linz", "Wels", "Bregenz"];

test("feedback that came three times becomes a procedure that links to it, once", async () => {
  const namespace = newNamespace();
  const ask = (city: string) =>
    interact(namespace, `How far is it from Vienna to ${city} by train?`, {
      rating: 2,
      comment: "Please answer in kilometres, not in miles.",
    });
  const [one, two] = [await ask("Graz"), await ask("Linz")];
  const options = { steps: ["procedures"] };
  expect(await consolidate(service, namespace, options)).toMatchObject({ status: "done", planned: 0 });

  const three = await ask("Wels");
  const run = await consolidate(service, namespace, options);
  expect(run).toMatchObject({ status: "done", planned: 1 });
  const procedures = () => listAll(service, namespace, { memory_type: "procedural" });
  const [procedure, ...more] = await procedures();
  expect(more).toEqual([]);
  expect(procedure?.content).toContain("kilometres");
  expect(procedure?.content).toContain("by train?");
  expect(procedure).toMatchObject({
    agent_id: "guide",
    metadata: { consolidation: { run: run.id, step: "procedures", method: "deterministic", sources: 3 } },
  });
  expect(procedure?.derived_from.map(({ id }) => id).toSorted()).toEqual(ids([one, two, three]).toSorted());
  // Its sources stay where they are.
  const episodes = await listAll(service, namespace, { memory_type: "episodic" });
  expect(ids(episodes).toSorted()).toEqual(ids([one, two, three]).toSorted());

  expect(await consolidate(service, namespace, options)).toMatchObject({ status: "done", planned: 0 });
  await ask(CITIES[3] ?? "");
  expect(await consolidate(service, namespace, options)).toMatchObject({ status: "done", planned: 0 });
  expect(ids(await procedures())).toEqual(ids(procedure === undefined ? [] : [procedure]));

  expect((await undo(service, namespace, run.id)).status).toBe("undone");
  expect(await procedures()).toEqual([]);
  expect(await consolidate(service, namespace, options)).toMatchObject({ planned: 1, settled: 1 });
});

test("what episodes say becomes facts since it was said, once", async () => {
  const namespace = newNamespace();
  const said = [
    ["Ann: I live in Graz. The weather is fine.", "2024-03-01T10:00:00.000Z"],
    ["Bob: I work at Acme.", "2024-03-02T10:00:00.000Z"],
    ["Ann: Do you live in Linz? I would love to live in Wels.", "2024-03-03T10:00:00.000Z"],
  ] as const;
  const episodes: Memory[] = [];
  for (const [content, timestamp] of said) {
    episodes.push(
      bodyOf<Memory>(await post(service, namespace, { content, timestamp, memory_type: "episodic" }), 201),
    );
  }
  const options = { steps: ["facts"] };
  const run = await consolidate(service, namespace, options);
  expect(run).toMatchObject({ status: "done", llm_calls: 0 });
  const { facts } = await entity(service, namespace, "Ann");
  expect(triples(facts)).toEqual(["Ann lives_in Graz"]);
  expect(facts[0]).toMatchObject({
    valid_from: said[0][1],
    valid_to: null,
    derived_from: [{ id: episodes[0]?.id, version: 1 }],
    metadata: { consolidation: { run: run.id, step: "facts", method: "deterministic" } },
  });
  expect(facts[0]?.trust).toBeLessThanOrEqual(episodes[0]?.trust ?? 0);
  expect(triples((await entity(service, namespace, "Bob")).facts)).toEqual(["Bob works_at Acme"]);
  const before = ids(await listAll(service, namespace));
  expect(before).toEqual(expect.arrayContaining(ids(episodes)));

  expect(await consolidate(service, namespace, options)).toMatchObject({ status: "done", planned: 0 });
  expect(ids(await listAll(service, namespace)).toSorted()).toEqual(before.toSorted());

  // She moves: what held before ends, and stays to be found.
  const moved = { content: "Ann: I live in Oslo now.", timestamp: "2024-06-01T10:00:00.000Z" };
  await post(service, namespace, { ...moved, memory_type: "episodic" });
  await consolidate(service, namespace, options);
  expect(triples((await entity(service, namespace, "Ann")).facts)).toEqual(["Ann lives_in Oslo"]);
  const earlier = await entity(service, namespace, "Ann", { valid_at: said[1][1] });
  expect(triples(earlier.facts)).toEqual(["Ann lives_in Graz"]);
  expect(earlier.facts[0]?.valid_to).toBe(moved.timestamp);
  const found = await recall(service, {
    query: "Ann lives_in",
    namespaces: [namespace],
    valid_at: said[1][1],
  });
  const homes = found.hits.map(({ memory }) => memory).filter(({ fact }) => fact?.predicate === "lives_in");
  expect(triples(homes)).toEqual(["Ann lives_in Graz"]);
});

test("what one session's user says ends nothing that another one's said; a named user has one home at a time", async () => {
  const namespace = newNamespace();
  const say = async (city: string, day: number, metadata?: object) => {
    const body = { content: `User: I live in ${city}.`, memory_type: "episodic", metadata };
    await post(service, namespace, { ...body, timestamp: `2024-03-0${day}T10:00:00.000Z` });
  };
  await say("Graz", 1);
  await say("Oslo", 2);
  await say("Wels", 3, { user_id: "u-1" });
  await say("Rome", 4, { user_id: "u-1" });
  await say("Bern", 5, { user_id: "u-2" });
  await consolidate(service, namespace, { steps: ["facts"] });
  const homes = async (name: string) => triples((await entity(service, namespace, name)).facts).toSorted();
  expect(await homes("user")).toEqual(["user lives_in Graz", "user lives_in Oslo"]);
  expect(await homes("u-1")).toEqual(["u-1 lives_in Rome"]);
  expect(await homes("u-2")).toEqual(["u-2 lives_in Bern"]);

  // Whoever has but one user says so.
  const own = newNamespace();
  const settings = { predicates: { lives_in: "one" } };
  bodyOf(await service.send("PUT", `/v1/namespaces/${own}/settings`, settings), 200);
  for (const [index, city] of ["Graz", "Oslo"].entries()) {
    const timestamp = `2024-03-0${index + 1}T10:00:00.000Z`;
    await post(service, own, { content: `User: I live in ${city}.`, memory_type: "episodic", timestamp });
  }
  await consolidate(service, own, { steps: ["facts"] });
  expect(triples((await entity(service, own, "user")).facts)).toEqual(["user lives_in Oslo"]);
});
