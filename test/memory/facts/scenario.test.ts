import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { entity, tell } from "../../support/acts/facts.js";
import { embedded, newNamespace, pathOf, recall, remember } from "../../support/acts/memories.js";
import { until, useService } from "../../support/service/service.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000", MNEME_EMBEDDER: "local" });

const MOVE = "2025-06-01T00:00:00.000Z";
const SWITCH = "2025-09-15T08:00:00.000Z";

test("what was the address before the move?", async () => {
  const namespace = newNamespace();
  const address = (object: string, valid_from: string) =>
    tell(service, namespace, ["Mara", "has_address", object], { cardinality: "one", valid_from });
  await address("Herrengasse 3, 8010 Graz", "2019-02-01T00:00:00Z");
  await sleep(3);
  const beforeWeKnew = new Date().toISOString();
  await sleep(3);
  await address("Landstrasse 12, 4020 Linz", MOVE);
  await remember(service, namespace, {
    content: "Mara asked to redirect her mail.",
    memory_type: "episodic",
  });
  const query = "What is Mara's address?";
  const ask = async (more: object) => {
    const { hits } = await recall(service, { query, namespaces: [namespace], expand: "entities", ...more });
    return hits.filter(({ memory }) => memory.fact).map(({ memory }) => memory.fact?.object);
  };
  // Now, in the world before the move, and as we knew it before we heard of the move.
  expect(await ask({})).toEqual(["Landstrasse 12, 4020 Linz"]);
  const current = await entity(service, namespace, "Mara");
  expect(current.facts[0]?.valid_from).toBe(MOVE);
  const dayBefore = new Date(Date.parse(MOVE) - 1).toISOString();
  for (const mode of ["keyword", "vector"]) {
    const { hits } = await recall(service, { query, namespaces: [namespace], mode, valid_at: dayBefore });
    expect(hits[0]?.memory.fact?.object).toBe("Herrengasse 3, 8010 Graz");
  }
  expect(await ask({ valid_at: dayBefore })).toEqual(["Herrengasse 3, 8010 Graz"]);
  expect(await ask({ as_of: beforeWeKnew })).toEqual(["Herrengasse 3, 8010 Graz"]);
  // Today's knowledge of the move isn't in what was known then.
  const then = await recall(service, { query, namespaces: [namespace], as_of: beforeWeKnew });
  expect(then.hits.map(({ memory }) => memory.valid_to)).toEqual([null]);
});

test("when did the team switch from Slack to Teams?", async () => {
  const namespace = newNamespace();
  const tool = (object: string, valid_from: string) =>
    tell(service, namespace, ["Support team", "uses_chat", object], { cardinality: "one", valid_from });
  // The switch was heard of first, what was before it later.
  await tool("Teams", SWITCH);
  const slack = await tool("Slack", "2021-01-01T00:00:00Z");
  await embedded(service, slack);
  const { hits } = await recall(service, {
    query: "When did the support team switch from Slack to Teams?",
    namespaces: [namespace],
    valid_at: "any",
    expand: "entities",
  });
  const validity = Object.fromEntries(
    hits.map(({ memory }) => [memory.fact?.object, [memory.valid_from, memory.valid_to]]),
  );
  expect(validity).toEqual({
    Slack: ["2021-01-01T00:00:00.000Z", SWITCH],
    Teams: [SWITCH, null],
  });
});

test("a copy in a shared namespace follows when its fact has ended", async () => {
  const namespace = newNamespace();
  const shared = `${namespace}.shared`;
  const slack = await tell(service, namespace, ["team", "uses", "Slack"], {
    cardinality: "one",
    valid_from: "2021-01-01T00:00:00Z",
  });
  await service.send("POST", `${pathOf(slack)}/publish`, { to: shared, follow: true });
  await tell(service, namespace, ["team", "uses", "Teams"], { cardinality: "one", valid_from: SWITCH });
  const copies = await until(
    () => entity(service, shared, "team", { valid_at: "any" }),
    ({ facts }) => facts[0]?.valid_to !== null,
  );
  expect(copies.facts[0]).toMatchObject({ valid_to: SWITCH, fact: { object: "Slack" } });
});
