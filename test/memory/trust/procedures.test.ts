import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { contents, ids, newNamespace, recall, remember } from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { agentIn, said } from "../../support/acts/trust.js";

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service, { agent: "root", human: true })).key);
});
afterAll(() => service.stop());

/** `count` agents that can say what they found. */
function followers(namespace: string, count: number): Promise<Service[]> {
  return Promise.all(
    Array.from({ length: count }, () => agentIn(root, service, `follower ${randomUUID()}`, namespace)),
  );
}

const procedure = (namespace: string, content: string) =>
  remember(root, namespace, { content, memory_type: "procedural" });

/** What comes of each of the same query; trust is kept out of it. */
const ask = (namespace: string, more: Json = {}) =>
  recall(root, { query: "reset the router", namespaces: [namespace], trust_weight: 0, ...more });

const outcomes = (successes: number, failures: number) => ({ successes, failures });

test("of procedures that fit alike, the one that works comes first, and that turns when it fails", async () => {
  const namespace = newNamespace();
  const one = await procedure(namespace, "reset the router, one");
  const two = await procedure(namespace, "reset the router, two");
  const agents = await followers(namespace, 6);
  const [first, second] = ids((await ask(namespace)).hits.map(({ memory }) => memory));
  const of = (id: string | undefined): Memory => (id === one.id ? one : two);
  await Promise.all(agents.map((agent) => said(agent, of(second), "confirmed")));
  const turned = await ask(namespace, { explain: true });
  expect(turned.hits.map(({ memory }) => memory.id)).toEqual([second, first]);
  expect(turned.hits[0]?.explain?.outcomes).toMatchObject(outcomes(6, 0));
  expect(turned.hits[1]?.explain?.outcomes).toMatchObject({ ...outcomes(0, 0), adds: 0 });
  await Promise.all(agents.map((agent) => said(agent, of(second), "contradicted")));
  await Promise.all(agents.map((agent) => said(agent, of(second), "useless")));
  const back = await ask(namespace, { explain: true });
  expect(back.hits.map(({ memory }) => memory.id)).toEqual([first, second]);
  expect(back.hits[1]?.explain?.outcomes).toMatchObject(outcomes(0, 12));
  expect(back.hits[1]?.explain?.outcomes?.adds).toBeLessThan(0);
});

test("once of once stands below often of many times; untried, a procedure keeps its place between", async () => {
  const namespace = newNamespace();
  const once = await procedure(namespace, "reset the router: violet");
  const often = await procedure(namespace, "reset the router: orange");
  const never = await procedure(namespace, "reset the router: silver");
  const failed = await procedure(namespace, "reset the router: copper");
  const agents = await followers(namespace, 20);
  await Promise.all(agents.map((agent, index) => said(agent, often, index < 19 ? "used" : "useless")));
  await said(agents[0] as Service, once, "used");
  await said(agents[0] as Service, failed, "contradicted");
  const { hits } = await ask(namespace, { explain: true });
  expect(ids(hits.map(({ memory }) => memory))).toEqual([often.id, once.id, never.id, failed.id]);
  const strengths = hits.map(({ explain }) => explain?.outcomes?.strength ?? 0);
  expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
  const untried = hits.find(({ memory }) => memory.id === never.id);
  expect(untried?.score).toBe((await ask(namespace, { outcome_weight: 0 })).hits[0]?.score);
});

test("it is found beyond the page, and moves no other type and no list of its own", async () => {
  const namespace = newNamespace();
  for (const each of ["one", "two", "three"]) await procedure(namespace, `reset the router ${each}`);
  // The worst of a list has no score to move.
  await procedure(namespace, "a router, among a great many other words that have nothing to do with it");
  const proven = await procedure(namespace, "reset the router and more words");
  const fact = await remember(root, namespace, { content: "reset the router and more facts" });
  const agents = await followers(namespace, 8);
  await Promise.all(agents.flatMap((agent) => [said(agent, proven, "used"), said(agent, fact, "used")]));
  const page = { limit: 1, outcome_weight: 1 };
  expect(contents(await ask(namespace, page))).toEqual([proven.content]);
  expect(contents(await ask(namespace, { ...page, memory_types: ["procedural"] }))).toEqual([proven.content]);
  expect(contents(await ask(namespace, { ...page, outcome_weight: 0 }))).not.toEqual([proven.content]);
  expect(contents(await ask(namespace, { limit: 1, mode: "keyword" }))).not.toEqual([proven.content]);
  const semantic = await ask(namespace, { memory_types: ["semantic"], outcome_weight: 1, explain: true });
  expect(ids(semantic.hits.map(({ memory }) => memory))).toEqual([fact.id]);
  expect(semantic.hits[0]?.explain?.outcomes).toBeUndefined();
});

test.each([-0.1, 1.1, "0.5"])("an outcome_weight of %s is refused, and named", async (outcome_weight) => {
  const answer = await root.send("POST", "/v1/recall", { query: "x", namespaces: ["t"], outcome_weight });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "outcome_weight" }] } });
});

test("among few that fit about alike, how they worked out decides, also for the one that fits a little worse", async () => {
  const meaning = await startService({ MNEME_EMBEDDER: "local", MNEME_KEY_PREFIX: service.prefix });
  onTestFinished(async () => void (await meaning.stop()));
  const person = as(meaning, (await createKey(root, { agent: "person", human: true })).key);
  const namespace = newNamespace();
  const texts = [
    "Reset the router at the back",
    "Reset the router by the app",
    "Reset the router by the app again",
  ];
  for (const content of texts) await remember(person, namespace, { content, memory_type: "procedural" });
  const order = async (): Promise<readonly Memory[]> => {
    const { hits } = await recall(person, { query: "reset the router", namespaces: [namespace] });
    return hits.map(({ memory }) => memory);
  };
  const [best, between, worst] = await order();
  const agents = await followers(namespace, 4);
  await Promise.all(
    agents.flatMap((agent) => [
      said(agent, best as Memory, "useless"),
      said(agent, between as Memory, "useless"),
      said(agent, worst as Memory, "used"),
    ]),
  );
  expect((await order())[0]?.id).toBe(worst?.id);
});
