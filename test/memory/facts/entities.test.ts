import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { normaliseName } from "../../../src/domain/normalise-name.js";
import { day, entity, entityPath, tell, triples } from "../../support/acts/facts.js";
import { HOSTILE, LONE_SURROGATES } from "../../support/hostile.js";
import { bodyOf, listAll, newNamespace, pathOf, postBatch } from "../../support/acts/memories.js";
import type { Json } from "../../support/acts/memories.js";
import type { Answer } from "../../support/service/answer.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000" });

const ONE = { cardinality: "one" };
const put = (namespace: string, name: string, aliases: readonly string[]): Promise<Answer> =>
  service.send("PUT", entityPath(namespace, name), { aliases });
const merge = (namespace: string, name: string, into: string): Promise<Answer> =>
  service.send("POST", `${entityPath(namespace, name)}/merge`, { into });

interface Listed {
  readonly entities: readonly { name: string; facts: number; alias_of?: string }[];
  readonly cursor: string | null;
}

async function list(namespace: string, query: Record<string, string> = {}): Promise<Listed["entities"]> {
  const all: Listed["entities"][number][] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const search = new URLSearchParams({ ...query, ...(cursor === "" ? {} : { cursor }) });
    const answer = await service.send("GET", `/v1/namespaces/${namespace}/entities?${search}`);
    const page: Listed = bodyOf<Listed>(answer, 200);
    all.push(...page.entities);
    cursor = page.cursor;
  }
  return all;
}

describe("names", () => {
  test("are the same whatever their case, compatible characters and white space", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, ["Ｍara  Novak", "knows", "Straße"]);
    for (const name of ["mara novak", " MARA NOVAK ", "Mara\u00a0\tNovak", "STRAßE", "straße"]) {
      expect(triples((await entity(service, namespace, name)).facts)).toEqual(["Ｍara  Novak knows Straße"]);
    }
    expect(await service.send("GET", entityPath(namespace, "Mara"))).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  test("may be any text: each comes back as it was, finds its own fact, and no other", async () => {
    const namespace = newNamespace();
    const usable = HOSTILE.filter((name) => normaliseName(name) !== "" && name !== "." && name !== "..");
    const facts = usable.map((name, index) => ({
      memory_type: "semantic",
      fact: { subject: name, predicate: name, object: `object ${index}`, cardinality: "one" },
    }));
    const results = await postBatch(service, namespace, facts);
    expect(results.every(({ status }) => status === 201)).toBe(true);
    const placesOf = (name: string): number[] =>
      usable.flatMap((other, index) => (normaliseName(other) === normaliseName(name) ? [index] : []));
    for (const [index, name] of usable.entries()) {
      const found = await entity(service, namespace, name, { valid_at: "any" });
      const same = placesOf(name);
      expect(new Set(found.facts.map(({ fact }) => fact?.object))).toEqual(
        new Set(same.map((place) => `object ${place}`)),
      );
      const own = found.facts.find(({ fact }) => fact?.object === `object ${index}`)?.fact;
      expect(own).toMatchObject({ subject: name, predicate: name });
      const parameters = { fact_subject: name, fact_predicate: name, limit: 200 };
      expect(await listAll(service, namespace, parameters)).toHaveLength(same.length);
    }
    expect(bodyOf(await put(namespace, "x", usable.slice(0, 60)), 200)).toMatchObject({ name: "x" });
    for (const name of LONE_SURROGATES) {
      const answer = await put(namespace, "y", [name]);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "aliases[0]" }] } });
    }
  });
});

describe("GET an entity", () => {
  test("shows its facts as subject and object: now, as valid at, as of, ever", async () => {
    const namespace = newNamespace();
    const team = (object: string, from: number) =>
      tell(service, namespace, ["team", "meets_in", object], { ...ONE, valid_from: day(from) });
    await tell(service, namespace, ["Mara", "leads", "team"], { valid_from: day(1), valid_to: day(4) });
    await team("Slack", 1);
    await sleep(3);
    const before = new Date().toISOString();
    await sleep(3);
    await team("Teams", 9);
    const shown = async (query: Json) =>
      triples((await entity(service, namespace, "Team", query as Record<string, string>)).facts);
    expect(await shown({})).toEqual(["team meets_in Teams"]);
    expect(await shown({ valid_at: day(2) })).toEqual(["team meets_in Slack", "Mara leads team"]);
    expect(await shown({ valid_at: day(5) })).toEqual(["team meets_in Slack"]);
    expect(await shown({ as_of: before })).toEqual(["team meets_in Slack"]);
    expect(await shown({ as_of: before, valid_at: "any" })).toEqual([
      "team meets_in Slack",
      "Mara leads team",
    ]);
    expect(await shown({ valid_at: "any" })).toHaveLength(3);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect(await service.send("GET", `${entityPath(namespace, "team")}?as_of=${future}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: "as_of" }] },
    });
  });

  test("shows each fact once along its cursor", async () => {
    const namespace = newNamespace();
    const wanted = Array.from({ length: 23 }, (_, index) => `s knows friend ${index}`);
    for (const [index] of wanted.entries()) await tell(service, namespace, ["s", "knows", `friend ${index}`]);
    const shown: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await entity(service, namespace, "s", { limit: 5, cursor: cursor ?? undefined });
      shown.push(...triples(page.facts));
      cursor = page.cursor;
    }
    expect(shown).toEqual(wanted.toReversed());
    const { cursor } = await entity(service, namespace, "s", { limit: 5 });
    for (const wrong of [`${cursor}`.slice(2), "x"]) {
      expect(await service.send("GET", `${entityPath(namespace, "s")}?cursor=${wrong}`)).toMatchObject({
        status: 400,
        body: { errors: [{ field: "cursor" }] },
      });
    }
    const other = await service.send(
      "GET",
      `${entityPath(namespace, "friend 1")}?cursor=${encodeURIComponent(cursor ?? "")}`,
    );
    expect(other).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
  });

  test("is 404 once its last fact is deleted; the list forgets it", async () => {
    const namespace = newNamespace();
    const memory = await tell(service, namespace, ["Mara", "knows", "Ben"]);
    expect(await list(namespace)).toEqual([
      { name: "Ben", facts: 1 },
      { name: "Mara", facts: 1 },
    ]);
    await service.send("DELETE", pathOf(memory));
    expect(await service.send("GET", entityPath(namespace, "Mara"))).toMatchObject({ status: 404 });
    expect(await list(namespace)).toEqual([]);
    await tell(service, namespace, ["mara", "knows", "Eva"]);
    expect((await list(namespace)).map(({ name }) => name)).toEqual(["Eva", "mara"]);
  });
});

describe("aliases", () => {
  test("aliases are looked up when facts are read; facts keep their words", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, ["Mara Novak", "leads", "team"]);
    await tell(service, namespace, ["M. Novak", "likes", "tea"]);
    expect(bodyOf(await put(namespace, "mara novak", ["M. Novak", "MN", "mn", "Mara Novak"]), 200)).toEqual({
      name: "Mara Novak",
      aliases: ["M. Novak", "MN"],
    });
    for (const name of ["MN", "m. novak", "Mara Novak"]) {
      const found = await entity(service, namespace, name);
      expect(found).toMatchObject({ name: "Mara Novak", aliases: ["M. Novak", "MN"] });
      expect(triples(found.facts)).toEqual(["M. Novak likes tea", "Mara Novak leads team"]);
    }
    expect(await list(namespace, { prefix: "M" })).toEqual([
      { name: "M. Novak", alias_of: "Mara Novak", facts: 1 },
      { name: "Mara Novak", facts: 1 },
      { name: "MN", alias_of: "Mara Novak", facts: 0 },
    ]);
    bodyOf(await put(namespace, "MN", ["M. Novak"]), 200);
    expect(await service.send("GET", entityPath(namespace, "MN"))).toMatchObject({ status: 404 });
    bodyOf(await put(namespace, "M. Novak", []), 200);
    expect(triples((await entity(service, namespace, "M. Novak")).facts)).toEqual(["M. Novak likes tea"]);
  });

  test("belong to one entity: another one's are refused, and so are too many", async () => {
    const namespace = newNamespace();
    bodyOf(await put(namespace, "a", ["b", "c"]), 200);
    const taken = await put(namespace, "d", ["C"]);
    expect(taken).toMatchObject({ status: 409, body: { code: "alias_conflict" } });
    expect(await service.send("GET", entityPath(namespace, "d"))).toMatchObject({ status: 404 });
    const many = Array.from({ length: 64 }, (_, index) => `name ${index}`);
    expect(await put(namespace, "e", many)).toMatchObject({ status: 409 });
    expect((await put(namespace, "e", many.slice(1))).status).toBe(200);
    expect(await merge(namespace, "a", "e")).toMatchObject({ status: 409, body: { code: "alias_conflict" } });
  });

  test("of two entities become one's by a merge, whichever names are used", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, ["a", "is", "1"]);
    await tell(service, namespace, ["b", "is", "2"]);
    await put(namespace, "a", ["a2"]);
    await put(namespace, "b", ["b2"]);
    expect(bodyOf(await merge(namespace, "A2", "b2"), 200)).toEqual({
      name: "b",
      aliases: ["b2", "a", "a2"],
    });
    for (const name of ["a", "a2", "b", "b2"]) {
      expect(triples((await entity(service, namespace, name)).facts)).toEqual(["b is 2", "a is 1"]);
    }
    expect(bodyOf(await merge(namespace, "b", "a"), 200)).toMatchObject({ name: "b" });
    expect(await merge(namespace, "nobody", "a")).toMatchObject({ status: 404 });
    expect(await merge(namespace, "a", "nobody")).toMatchObject({ status: 404 });
  });

  test("merged in a ring by many at once are one group", async () => {
    const namespace = newNamespace();
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    for (const name of names) await tell(service, namespace, [name, "is", "node"]);
    const answers = await Promise.all(
      names.map((name, index) => merge(namespace, name, names[(index + 1) % names.length] ?? "")),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const groups = await Promise.all(names.map((name) => entity(service, namespace, name)));
    for (const { name, aliases, facts } of groups) {
      expect([name, ...aliases].toSorted()).toEqual(names.toSorted());
      expect(facts).toHaveLength(12);
    }
    expect(new Set(groups.map(({ name }) => name)).size).toBe(1);
  });
});
