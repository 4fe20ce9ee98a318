import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { describe, expect, inject, test } from "vitest";
import { bodyOf, newNamespace, pathOf, read, recall, remember, revise } from "../../support/acts/memories.js";
import type { Memory, Recalled } from "../../support/acts/memories.js";
import type { Answer } from "../../support/service/answer.js";
import { startService, useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService({ MNEME_EMBEDDER: "local" });

const at = (memory: Memory, time: string): Promise<Answer> =>
  service.send("GET", `${pathOf(memory)}?as_of=${encodeURIComponent(time)}`);

async function versionsOf(
  memory: Memory,
  query = "",
): Promise<{ versions: Memory[]; before: number | null }> {
  return bodyOf(await service.send("GET", `${pathOf(memory)}/versions${query}`), 200);
}

/** The clock must have moved on, or a version would have held for no time at all. */
const tick = () => sleep(3);

describe("a revision", () => {
  test("leaves the version before it as it was, with its end", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, {
      content: "Mara works in Graz.",
      tags: ["hr"],
      metadata: { a: 1 },
      trust_score: 0.7,
    });
    await tick();
    const second = await revise(service, first, { content: "Mara works in Linz.", metadata: { b: 2 } });
    await tick();
    const third = await revise(service, second, { trust_score: 0.9 });
    const { versions, before } = await versionsOf(first);
    expect(before).toBeNull();
    expect(versions).toEqual([
      third,
      { ...second, superseded_at: third.updated_at },
      { ...first, superseded_at: second.updated_at },
    ]);
    expect(third.superseded_at).toBeNull();
    for (const version of [first, second, third]) {
      const { superseded_at: _, ...then } = bodyOf<Memory>(await at(first, version.updated_at), 200);
      expect(version).toMatchObject(then);
    }
    const before1 = new Date(Date.parse(first.recorded_at) - 1).toISOString();
    expect((await at(first, before1)).status).toBe(404);
    const page = await versionsOf(first, "?limit=2");
    expect(page.versions.map(({ version }) => version)).toEqual([3, 2]);
    expect((await versionsOf(first, `?limit=2&before=${page.before}`)).versions).toEqual(versions.slice(2));
  });

  test("by 16 clients at once with If-Match makes each version once", async () => {
    const namespace = newNamespace();
    // Keyword only: each lost race would embed a content for nothing.
    const plain = await startService();
    const memory = await remember(plain, namespace, { content: "counter 0" });
    const client = async (name: number): Promise<void> => {
      for (let done = 0; done < 5;) {
        const current = await read(plain, memory);
        const answer = await plain.send(
          "PATCH",
          pathOf(memory),
          { content: `counter ${current.version} by ${name}` },
          { headers: { "if-match": `"${current.version}"` } },
        );
        if (answer.status === 200) done++;
        else expect(answer.status).toBe(412);
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, name) => client(name)));
    const all = await plain.send("GET", `${pathOf(memory)}/versions?limit=200`);
    const { versions } = bodyOf<{ versions: Memory[] }>(all, 200);
    await plain.stop();
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 81 }, (_, index) => 81 - index),
    );
    expect(new Set(versions.map(({ content }) => content)).size).toBe(81);
    for (const [index, version] of nonEmpty(versions).entries()) {
      expect(version.superseded_at).toBe(versions[index - 1]?.updated_at ?? null);
    }
  });

  test("is found as of its time, by word and by meaning, and at no other", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "The team meets in Slack." });
    await tick();
    const second = await revise(service, first, { content: "The team meets in Teams." });
    await tick();
    const third = await revise(service, second, { content: "The team meets in person." });
    const query = "Where does the team meet?";
    for (const mode of ["keyword", "vector", "hybrid"]) {
      for (const version of [first, second, third]) {
        const asked = { query, namespaces: [namespace], mode, as_of: version.updated_at };
        const found = await recall(service, asked);
        expect(found.hits.map(({ memory }) => memory.content)).toEqual([version.content]);
        expect(found.hits[0]?.memory.version).toBe(version.version);
        const all = await recall(service, { ...asked, namespaces: ["**"] });
        expect(all.hits.map(({ memory }) => memory.content)).toContain(version.content);
      }
      const now = await recall(service, { query, namespaces: [namespace], mode });
      expect(now.hits.map(({ memory }) => memory.version)).toEqual([3]);
      const everywhere = await recall(service, { query, namespaces: ["**"], mode, limit: 100 });
      const versions = everywhere.hits.filter(({ memory }) => memory.namespace === namespace);
      expect(versions.map(({ memory }) => memory.version)).toEqual([3]);
      const early = new Date(Date.parse(first.recorded_at) - 1).toISOString();
      expect((await recall(service, { query, namespaces: [namespace], mode, as_of: early })).hits).toEqual(
        [],
      );
    }
    const future = new Date(Date.now() + 60_000).toISOString();
    expect(
      await service.send("POST", "/v1/recall", { query, namespaces: [namespace], as_of: future }),
    ).toMatchObject({ status: 400, body: { errors: [{ field: "as_of" }] } });
  });

  test("of tags or metadata alone is found by them as of its time", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "The lamp is on.", metadata: { room: "a" } });
    await tick();
    const second = await revise(service, first, { metadata: { room: "b" } });
    for (const mode of ["keyword", "vector"]) {
      const found = async (room: string, as_of?: string): Promise<Recalled> =>
        recall(service, {
          query: "lamp",
          namespaces: [namespace],
          mode,
          filter: { metadata: { room } },
          ...(as_of === undefined ? {} : { as_of }),
        });
      expect((await found("a", first.updated_at)).hits).toHaveLength(1);
      expect((await found("b", first.updated_at)).hits).toHaveLength(0);
      expect((await found("a")).hits).toHaveLength(0);
      expect((await found("b", second.updated_at)).hits).toHaveLength(1);
    }
  });
});

test("restoring a version makes it the next one", async () => {
  const namespace = newNamespace();
  const first = await remember(service, namespace, { content: "one", metadata: { a: 1 }, tags: ["x"] });
  await revise(service, first, { content: "two", metadata: { b: 2 }, tags: [], trust_score: 0.1 });
  const answer = await service.send("POST", `${pathOf(first)}/restore`, { version: 1 });
  expect(bodyOf<Memory>(answer, 200)).toMatchObject({
    version: 3,
    content: "one",
    metadata: { a: 1 },
    tags: ["x"],
    trust_score: 1,
  });
  expect(answer.headers.get("etag")).toBe('"3"');
  expect((await versionsOf(first)).versions.map(({ content }) => content)).toEqual(["one", "two", "one"]);
  for (const version of [4, 99]) {
    expect((await service.send("POST", `${pathOf(first)}/restore`, { version })).status).toBe(404);
  }
  const raced = await service.send(
    "POST",
    `${pathOf(first)}/restore`,
    { version: 2 },
    { headers: { "if-match": '"2"' } },
  );
  expect(raced.status).toBe(412);
});

test("what was so in the world is asked apart from what was known", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, {
    content: "Her address is Hauptplatz 1.",
    valid_from: "2020-01-01T00:00:00Z",
    valid_to: "2024-03-01T00:00:00Z",
  });
  await remember(service, namespace, {
    content: "Her address is Ring 7.",
    valid_from: "2024-03-01T00:00:00Z",
  });
  await remember(service, namespace, { content: "Her address book is blue." });
  const ask = async (valid_at?: string): Promise<string[]> => {
    const request = {
      query: "address",
      namespaces: [namespace],
      ...(valid_at === undefined ? {} : { valid_at }),
    };
    return (await recall(service, request)).hits.map(({ memory }) => memory.content).toSorted();
  };
  expect(await ask()).toEqual(["Her address book is blue.", "Her address is Ring 7."]);
  expect(await ask("2024-02-29T23:59:59.999Z")).toEqual([
    "Her address book is blue.",
    "Her address is Hauptplatz 1.",
  ]);
  expect(await ask("2024-03-01T00:00:00Z")).toEqual(["Her address book is blue.", "Her address is Ring 7."]);
  expect(await ask("2019-12-31T00:00:00Z")).toEqual(["Her address book is blue."]);
  expect(await ask("any")).toHaveLength(3);
  const wrong = { content: "x", memory_type: "semantic", valid_from: "2024-01-01T00:00:00Z" };
  const answer = await service.send("POST", `/v1/namespaces/${namespace}/memories`, {
    ...wrong,
    valid_to: "2024-01-01T00:00:00Z",
  });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "valid_to" }] } });
});

test("versions end with their memory: by deletion, and by its time to live", async () => {
  const namespace = newNamespace();
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const page of redis.scanIterator({
      MATCH: `${service.prefix}:*{${namespace}}*`,
      COUNT: 1000,
    })) {
      found.push(...page.filter((key) => /:(rec|old|vec|hash):/.test(key)));
    }
    return found;
  };
  const memory = await remember(service, namespace, { content: "one" });
  await revise(service, memory, { content: "two" });
  await revise(service, memory, { tags: ["t"] });
  expect((await keys()).length).toBe(3 + 3 + 1);
  const { expires_at } = await revise(service, memory, { ttl_seconds: 5000 });
  for (const key of nonEmpty(await keys()))
    expect(await redis.pExpireTime(key)).toBe(Date.parse(expires_at ?? ""));
  await revise(service, memory, { ttl_seconds: null });
  for (const key of nonEmpty(await keys())) expect(await redis.pTTL(key)).toBe(-1);
  expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
  expect(await keys()).toEqual([]);
  redis.destroy();
});

describe("what a memory was", () => {
  test("is there as long as the memory, also when that lives longer than it was to live then", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "The contact is Ilse.", ttl_seconds: 4 });
    await tick();
    await revise(service, first, { content: "The contact is Otto.", ttl_seconds: null });
    await sleep(Date.parse(first.expires_at ?? "") - Date.now() + 500);
    expect(bodyOf<Memory>(await at(first, first.recorded_at), 200).content).toBe("The contact is Ilse.");
    expect((await versionsOf(first)).versions.map(({ version }) => version)).toEqual([2, 1]);
    const query = { query: "contact", namespaces: [namespace], as_of: first.recorded_at };
    const { hits } = await recall(service, query);
    expect(hits.map(({ memory }) => memory.content)).toEqual(["The contact is Ilse."]);
  });

  test("can't be asked of the future", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    expect(await at(memory, "2099-01-01T00:00:00Z")).toMatchObject({
      status: 400,
      body: { errors: [{ field: "as_of" }] },
    });
  });
});

test("a version that is restored has its vector, its importance and a fact's confidence again", async () => {
  const namespace = newNamespace();
  const axis = (place: number) => Array.from({ length: 384 }, (_, index) => (index === place ? 1 : 0));
  const first = await remember(service, namespace, {
    content: "one",
    embedding: axis(0),
    importance: 0.9,
    fact: { subject: "a", predicate: "b", object: "c", confidence: 0.9 },
  });
  await revise(service, first, {
    content: "two",
    embedding: axis(1),
    importance: 0.1,
    fact: { confidence: 0.1 },
  });
  const restored = bodyOf<Memory>(
    await service.send("POST", `${pathOf(first)}/restore`, { version: 1 }),
    200,
  );
  expect(restored).toMatchObject({ content: "one", importance: 0.9, fact: { confidence: 0.9 } });
  const query = { query: "?", embedding: axis(0), namespaces: [namespace], mode: "vector", explain: true };
  const { hits } = await recall(service, query);
  expect(hits.map(({ score }) => Math.round(score * 100) / 100)).toEqual([1]);
});
