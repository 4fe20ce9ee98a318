import { createClient } from "redis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { as, createKey, keyFor } from "../../support/acts/access.js";
import { entityPath } from "../../support/acts/facts.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, post, read } from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { said } from "../../support/acts/trust.js";

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service, { human: true })).key);
});
afterAll(() => service.stop());

const lives = (object: string, rest: Json = {}, fact: Json = {}): Json => ({
  memory_type: "semantic",
  fact: { subject: "Maria", predicate: "lives_in", object, cardinality: "one", ...fact },
  ...rest,
});

async function place() {
  const ns = newNamespace();
  const insider = as(service, await keyFor(root, ns, ["read", "write"], `insider of ${ns}`));
  const writer = as(service, await keyFor(root, ns, ["write"], `writer of ${ns}`));
  const tell = async (caller: Service, ...input: Parameters<typeof lives>) =>
    bodyOf<Memory>(await post(caller, ns, lives(...input)), 201);
  const factsOf = async (query = "") => {
    const answer = await insider.send("GET", `${entityPath(ns, "Maria")}${query}`);
    return bodyOf<{ facts: Memory[] }>(answer, 200).facts;
  };
  return { ns, insider, writer, tell, factsOf };
}

test.each([
  ["that its writer doesn't trust", { trust_score: 0 }, {}],
  ["that its writer trusts less", { trust_score: 0.3 }, {}],
  ["that its writer hardly believes", {}, { confidence: 0 }],
])("a fact %s doesn't end a better one, but disputes it", async (_, rest, fact) => {
  const { insider, writer, tell, factsOf } = await place();
  const good = await tell(insider, "Graz");
  const bad = await tell(writer, "Mars", rest, fact);
  expect(await read(insider, good)).toMatchObject({ valid_to: null, fact: { contradicts: [bad.id] } });
  expect(await read(insider, bad)).toMatchObject({ valid_to: null, fact: { contradicts: [good.id] } });
  expect((await factsOf()).map(({ id }) => id).toSorted()).toEqual([bad.id, good.id].toSorted());
  // The next fact that is as good ends both.
  const next = await tell(insider, "Linz");
  expect((await read(insider, good)).valid_to).toBe(next.valid_from);
  expect((await read(insider, bad)).valid_to).toBe(next.valid_from);
  expect((await factsOf()).map(({ id }) => id)).toEqual([next.id]);
});

test("an unconfirmed fact doesn't end a confirmed one", async () => {
  const { insider, writer, tell } = await place();
  const good = await tell(insider, "Graz");
  await said(root, good, "confirmed", "human");
  await tell(writer, "Mars");
  expect((await read(insider, good)).valid_to).toBeNull();
});

test("a fact that is as trusted ends the one before, however old that is", async () => {
  const { insider, tell } = await place();
  const old = await tell(insider, "Graz", { timestamp: "2020-01-01T00:00:00Z" });
  const next = await tell(insider, "Linz", { trust_score: 1 });
  expect((await read(insider, old)).valid_to).toBe(next.valid_from);
});

test("a less trusted fact doesn't bound a fact that is written later for an earlier time", async () => {
  const { insider, writer, tell, factsOf } = await place();
  const bad = await tell(writer, "Mars", { valid_from: "2021-01-01T00:00:00Z", trust_score: 0.1 });
  const good = await tell(insider, "Graz", { valid_from: "2020-01-01T00:00:00Z" });
  expect(await read(insider, good)).toMatchObject({ valid_to: null, fact: { contradicts: [bad.id] } });
  expect((await factsOf("?valid_at=2022-01-01T00:00:00Z")).map(({ id }) => id)).toContain(good.id);
});

test("a dispute that is deleted leaves the fact undisputed", async () => {
  const { insider, writer, tell } = await place();
  const good = await tell(insider, "Graz");
  const bad = await tell(writer, "Mars", { trust_score: 0 });
  expect((await insider.send("DELETE", pathOf(bad))).status).toBe(204);
  expect(await read(insider, good)).toMatchObject({ valid_to: null, fact: { contradicts: [] } });
});

test("a fact that ended a dispute too leaves both as before when it is deleted", async () => {
  const { insider, writer, tell } = await place();
  const good = await tell(insider, "Graz");
  const bad = await tell(writer, "Mars", { trust_score: 0 });
  const next = await tell(insider, "Linz");
  expect((await read(insider, bad)).valid_to).toBe(next.valid_from);
  expect((await insider.send("DELETE", pathOf(next))).status).toBe(204);
  expect(await read(insider, good)).toMatchObject({ valid_to: null, fact: { contradicts: [bad.id] } });
  expect(await read(insider, bad)).toMatchObject({ valid_to: null, fact: { contradicts: [good.id] } });
});

test("what a fact took off the timeline is on it again when that fact is deleted", async () => {
  const { insider, tell } = await place();
  const year = (number: number) => `${number}-01-01T00:00:00.000Z`;
  const first = await tell(insider, "Graz", { valid_from: year(2020), trust_score: 0.3 });
  const last = await tell(insider, "Mars", { valid_from: year(2022), trust_score: 0.4 });
  expect((await read(insider, first)).valid_to).toBe(year(2022));
  const strong = await tell(insider, "Linz", { valid_from: year(2021), trust_score: 0.9 });
  expect(await read(insider, strong)).toMatchObject({ valid_to: null, fact: { contradicts: [last.id] } });
  expect((await insider.send("DELETE", pathOf(strong))).status).toBe(204);
  expect(await read(insider, first)).toMatchObject({ valid_to: year(2022), fact: { contradicts: [] } });
  expect(await read(insider, last)).toMatchObject({ valid_to: null, fact: { contradicts: [] } });
  // It bounds what is written for an earlier time, as a fact on the timeline does.
  const between = await tell(insider, "Wien", { valid_from: year(2021), trust_score: 0.4 });
  expect(between.valid_to).toBe(year(2022));
});

test("a dispute that comes to live longer is known as long", async () => {
  const { ns, insider, writer, tell } = await place();
  await tell(insider, "Graz");
  const bad = await tell(writer, "Mars", { trust_score: 0, ttl_seconds: 100 });
  const longer = await insider.send("PATCH", pathOf(bad), { ttl_seconds: 100_000 });
  expect(longer.status).toBe(200);
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  const [disputes = ""] = await redis.keys(`${service.prefix}:timeline:{${ns}}:*:disputes`);
  expect(await redis.ttl(disputes)).toBeGreaterThan(50_000);
  redis.destroy();
});

test("a profile lists first what is trusted more", async () => {
  const { ns, insider, writer, tell } = await place();
  const good = await tell(insider, "Graz");
  const bad = await tell(writer, "Mars", { trust_score: 0 });
  const answer = await insider.send("GET", `/v1/namespaces/${ns}/profiles/Maria`);
  const { facts, text } = bodyOf<{ facts: Memory[]; text: string }>(answer, 200);
  expect(facts.map(({ id }) => id)).toEqual([good.id, bad.id]);
  expect(text.indexOf("Graz")).toBeLessThan(text.indexOf("Mars"));
  expect(text).toMatch(/Mars \(.*disputed/);
});

test("min_trust leaves out of an entity, its neighbors, a profile and a context what is trusted less", async () => {
  const { ns, insider, writer, tell, factsOf } = await place();
  const good = await tell(insider, "Graz");
  await tell(writer, "Mars", { trust_score: 0.2 });
  expect((await factsOf("?min_trust=0.4")).map(({ id }) => id)).toEqual([good.id]);
  const answer = await insider.send("GET", `/v1/namespaces/${ns}/profiles/Maria?min_trust=0.4`);
  expect(bodyOf<{ facts: Memory[] }>(answer, 200).facts.map(({ id }) => id)).toEqual([good.id]);
  const neighborsOf = async (query: string) => {
    const path = `/v1/namespaces/${ns}/entities/Maria/neighbors${query}`;
    return bodyOf<{ nodes: { name: string }[]; edges: { fact_id: string }[]; truncated: boolean }>(
      await insider.send("GET", path),
      200,
    );
  };
  await insider.send("POST", `/v1/namespaces/${ns}/memories`, {
    memory_type: "semantic",
    fact: { subject: "Mars", predicate: "has", object: "Phobos" },
  });
  expect((await neighborsOf("?hops=2")).nodes.map((node) => node.name)).toContain("Phobos");
  const near = await neighborsOf("?hops=2&limit=1&min_trust=0.4");
  expect(near).toMatchObject({ edges: [{ fact_id: good.id }], truncated: false });
  // What only a fact that isn't trusted leads to isn't reached either.
  expect(near.nodes.map((node) => node.name)).toEqual(["Maria", "Graz"]);
  const query = "query=Where%20does%20Maria%20live&subject=Maria&min_trust=0.4";
  const context = await insider.send("GET", `/v1/namespaces/${ns}/sessions/s/context?${query}`);
  expect(context.text).toContain("Graz");
  expect(context.text).not.toContain("Mars");
  for (const path of [
    `/entities/Maria`,
    `/entities/Maria/neighbors`,
    `/profiles/Maria`,
    `/sessions/s/context`,
  ]) {
    expect(await insider.send("GET", `/v1/namespaces/${ns}${path}?min_trust=2`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: "min_trust" }] },
    });
  }
});
