import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { describe, expect, inject, test } from "vitest";
import { bodyOf, newNamespace, pathOf, read, recall, remember, revise } from "../../support/acts/memories.js";
import type { Memory, MemoryDetail } from "../../support/acts/memories.js";
import type { Answer } from "../../support/service/answer.js";
import { until, useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "local" });

function publish(memory: Memory, to: string, follow?: boolean): Promise<Answer> {
  return service.send("POST", `${pathOf(memory)}/publish`, {
    to,
    ...(follow === undefined ? {} : { follow }),
  });
}

const unpublish = (memory: Memory, from: string): Promise<Answer> =>
  service.send("POST", `${pathOf(memory)}/unpublish`, { from });

const copyOf = (memory: Memory, namespace: string): Promise<Answer> =>
  service.send("GET", pathOf({ namespace, id: memory.id }));

describe("a published memory", () => {
  test("stands in the other namespace under its id, and says where it comes from", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, {
      content: "The contract with Orbis ends in May.",
      metadata: { customer: { id: 7 } },
      tags: ["contract"],
      agent_id: "a1",
      trust_score: 0.8,
      ttl_seconds: 5000,
    });
    const answer = await publish(memory, shared);
    const copy = bodyOf<Memory>(answer, 201);
    expect(answer.headers.get("location")).toBe(pathOf({ namespace: shared, id: memory.id }));
    const { namespace: _, origin, recorded_at, updated_at, last_seen_at, ...same } = copy;
    expect(memory).toMatchObject(same);
    expect(origin).toEqual({
      namespace: own,
      id: memory.id,
      version: 1,
      latest_version: 1,
      published_by: "anonymous",
      published_at: expect.any(String),
      follow: false,
      deleted_at: null,
    });
    expect(bodyOf<MemoryDetail>(await copyOf(memory, shared), 200)).toMatchObject(copy);
    expect(
      recorded_at >= memory.recorded_at && updated_at === recorded_at && last_seen_at === recorded_at,
    ).toBe(true);
    expect((await read(service, memory)).publications).toEqual([
      {
        namespace: shared,
        follow: false,
        published_by: "anonymous",
        published_at: origin?.published_at,
        version: 1,
      },
    ]);
    const found = await recall(service, { query: "Orbis", namespaces: [shared] });
    expect(found.hits.map(({ memory: hit }) => hit.id)).toEqual([memory.id]);
  });

  test("published again, also by many at once, is the same copy", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "one" });
    const answers = await Promise.all(Array.from({ length: 16 }, () => publish(memory, shared)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(15).fill(200), 201]);
    const copy = bodyOf<Memory>(await copyOf(memory, shared), 200);
    expect(copy).toMatchObject({ version: 1, origin: { version: 1 } });
    expect(bodyOf<Memory>(await publish(memory, shared), 200)).toMatchObject({ version: 1 });
  });

  test("with the same content as one of that namespace stays a memory of its own", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const there = await remember(service, shared, { content: "the same words" });
    const memory = await remember(service, own, { content: "the same words" });
    bodyOf<Memory>(await publish(memory, shared), 201);
    expect(await read(service, there)).toMatchObject({ seen_count: 1, origin: null });
    const again = await service.send("POST", `/v1/namespaces/${shared}/memories`, {
      content: "the same words",
      memory_type: "semantic",
    });
    expect(bodyOf<Memory>(again, 200).id).toBe(there.id);
  });

  test("that follows gets each revision, and goes with its origin", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "The office is in Graz." });
    bodyOf<Memory>(await publish(memory, shared, true), 201);
    await revise(service, memory, { content: "The office is in Linz.", tags: ["moved"] });
    const copy = bodyOf<Memory>(await copyOf(memory, shared), 200);
    expect(copy).toMatchObject({
      content: "The office is in Linz.",
      tags: ["moved"],
      origin: { version: 2, latest_version: 2 },
    });
    for (const mode of ["keyword", "vector"]) {
      const found = await recall(service, { query: "Linz", namespaces: [shared], mode });
      expect(found.hits.map(({ memory: hit }) => hit.content)).toEqual(["The office is in Linz."]);
    }
    expect((await recall(service, { query: "Graz", namespaces: [shared], mode: "keyword" })).hits).toEqual(
      [],
    );
    expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
    expect((await copyOf(memory, shared)).status).toBe(404);
    expect((await recall(service, { query: "Linz", namespaces: [shared] })).hits).toEqual([]);
  });

  test("that doesn't follow is marked as outdated, and as an orphan, and keeps what it says", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "Price: 10." });
    bodyOf<Memory>(await publish(memory, shared), 201);
    await revise(service, memory, { content: "Price: 12." });
    await revise(service, memory, { trust_score: 0.5 });
    expect(bodyOf<Memory>(await copyOf(memory, shared), 200)).toMatchObject({
      content: "Price: 10.",
      trust_score: 1,
      origin: { version: 1, latest_version: 3, deleted_at: null },
    });
    const current = bodyOf<Memory>(await publish(memory, shared), 200);
    expect(current).toMatchObject({ content: "Price: 12.", trust_score: 0.5, origin: { version: 3 } });
    expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
    expect(bodyOf<Memory>(await copyOf(memory, shared), 200)).toMatchObject({
      content: "Price: 12.",
      origin: { deleted_at: expect.any(String) },
    });
  });

  test("is taken back", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "too early" });
    expect((await unpublish(memory, shared)).status).toBe(404);
    await publish(memory, shared, true);
    expect((await unpublish(memory, shared)).status).toBe(204);
    expect((await copyOf(memory, shared)).status).toBe(404);
    expect((await read(service, memory)).publications).toBeUndefined();
    expect((await unpublish(memory, shared)).status).toBe(404);
    await revise(service, memory, { content: "still too early" });
    expect((await copyOf(memory, shared)).status).toBe(404);
    bodyOf<Memory>(await publish(memory, shared), 201);
  });

  test("deleted where it was published to doesn't come back by itself", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "unwanted" });
    await publish(memory, shared, true);
    expect((await service.send("DELETE", pathOf({ namespace: shared, id: memory.id }))).status).toBe(204);
    await revise(service, memory, { content: "unwanted still" });
    expect((await copyOf(memory, shared)).status).toBe(404);
    expect((await read(service, memory)).publications).toBeUndefined();
  });

  test("is revised where it comes from only", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const memory = await remember(service, own, { content: "a" });
    await publish(memory, shared);
    const copy = { namespace: shared, id: memory.id };
    const answer = await service.send("PATCH", pathOf(copy), { tags: ["x"] });
    expect(answer).toMatchObject({ status: 409, body: { code: "immutable_memory" } });
  });

  test("keeps its interaction, and is no turn of a session there", async () => {
    const [own, shared] = [newNamespace(), newNamespace()];
    const captured = await service.send("POST", `/v1/namespaces/${own}/interactions`, {
      input: "Where is parcel Z-81-Q?",
      response: "In Lyon.",
      session_id: "s",
    });
    const memory = bodyOf<Memory>(captured, 201);
    bodyOf<Memory>(await publish(memory, shared), 201);
    const copy = bodyOf<MemoryDetail>(await copyOf(memory, shared), 200);
    expect(copy.interaction).toEqual({ input: "Where is parcel Z-81-Q?", response: "In Lyon." });
    await remember(service, shared, { content: "Good.", memory_type: "episodic", session_id: "s" });
    const found = await recall(service, { query: "parcel", namespaces: [shared], mode: "keyword" });
    expect(found.hits.map(({ memory: hit }) => hit.id)).toEqual([memory.id]);
  });

  test("goes on from namespace to namespace, but not in a circle", async () => {
    const [one, two, three] = [newNamespace(), newNamespace(), newNamespace()];
    const memory = await remember(service, one, { content: "v1" });
    bodyOf<Memory>(await publish(memory, two, true), 201);
    const copy = { ...memory, namespace: two };
    expect(await publish(copy, one)).toMatchObject({ status: 409, body: { code: "publish_conflict" } });
    bodyOf<Memory>(await publish(copy, three, true), 201);
    expect(await publish(memory, three)).toMatchObject({ status: 409, body: { code: "publish_conflict" } });
    await revise(service, memory, { content: "v2" });
    await until(
      () => copyOf(memory, three),
      ({ text }) => text.includes('"content":"v2"'),
    );
  });

  test("is refused where it makes no sense", async () => {
    const own = newNamespace();
    const memory = await remember(service, own, { content: "a" });
    expect(await publish(memory, own)).toMatchObject({ status: 400, body: { errors: [{ field: "to" }] } });
    expect((await publish({ ...memory, id: "01JD8Q4V7K3W5N0R2T6Y9B1C4D" }, newNamespace())).status).toBe(404);
    expect((await publish(memory, "a..b")).status).toBe(400);
    for (let index = 0; index < 32; index++) bodyOf(await publish(memory, `${newNamespace()}`), 201);
    expect(await publish(memory, newNamespace())).toMatchObject({
      status: 400,
      body: { errors: [{ field: "to" }] },
    });
  });
});

test("a copy that its publisher didn't come to make is made by a sweep", async () => {
  const [own, shared] = [newNamespace(), newNamespace()];
  const memory = await remember(service, own, { content: "half way" });
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  // What publish.lua leaves when the process dies right after it.
  await redis.json.merge(`${service.prefix}:rec:{${own}}:${memory.id}`, "$", {
    published: { [shared]: { follow: true, published_by: "p", published_at: Date.now(), version: 0 } },
    index: { publish_at: Date.now() },
  });
  const answer = await until(
    () => copyOf(memory, shared),
    ({ status }) => status === 200,
  );
  expect(answer.body).toMatchObject({ content: "half way", origin: { namespace: own, published_by: "p" } });
  await until(
    () => redis.json.get(`${service.prefix}:rec:{${own}}:${memory.id}`, { path: "$.index.publish_at" }),
    (found) => JSON.stringify(found) === "[]",
  );
  redis.destroy();
});

describe("recall over several namespaces", () => {
  test("merges their lists by reciprocal ranks where asked to, and shows a memory and its copy once", async () => {
    const root = `t${randomUUID()}`;
    const [own, shared] = [`${root}.agents.a`, `${root}.shared.crm`];
    const best = await remember(service, own, { content: "Kestrel is the code name of the launch." });
    await remember(service, own, { content: "The launch is late." });
    const other = await remember(service, shared, { content: "Kestrel belongs to Mara." });
    bodyOf<Memory>(await publish(best, shared), 201);

    const request = { query: "Kestrel", mode: "keyword", merge: "rrf", explain: true };
    const { hits } = await recall(service, { ...request, namespaces: [own, shared] });
    expect(hits.map(({ memory }) => memory.id)).toEqual([best.id, other.id]);
    const [first, second] = hits;
    expect(first).toMatchObject({ memory: { namespace: own, origin: null }, also_in: [shared] });
    const lists = first?.explain?.lists ?? [];
    expect(lists.map(({ namespaces }) => namespaces)).toEqual([own, shared]);
    for (const hit of [first, second]) {
      const ranks = (hit?.explain?.lists ?? []).map(({ rank }) => 1 / (60 + rank));
      expect(hit?.score).toBeCloseTo(
        ranks.reduce((sum, part) => sum + part, 0),
        12,
      );
    }
    // One list alone: the copy is all there is, and the scores are its own.
    const there = await recall(service, { ...request, namespaces: [shared] });
    const origins = there.hits.map(({ memory }) => memory.origin?.namespace);
    expect(origins.filter((origin) => origin !== undefined)).toEqual([own]);
    expect(origins).toHaveLength(2);
  });

  test("a pattern means a namespace and all below it, and nothing beside it", async () => {
    const root = `t${randomUUID()}`;
    const names = [root, `${root}.a`, `${root}.a.b`, `${root}.ab`, `${root}x.a`, `${root}.a-b.c`];
    for (const name of names) await remember(service, name, { content: `walrus in ${names.indexOf(name)}` });
    const found = async (namespaces: string[], mode: string): Promise<string[]> => {
      const { hits } = await recall(service, { query: "walrus", namespaces, mode, limit: 50 });
      return hits.map(({ memory }) => memory.namespace).toSorted();
    };
    for (const mode of ["keyword", "vector", "hybrid"]) {
      expect(await found([`${root}.**`], mode)).toEqual(
        names.filter((name) => !name.startsWith(`${root}x`)).toSorted(),
      );
      expect(await found([`${root}.a.**`], mode)).toEqual([`${root}.a`, `${root}.a.b`]);
      expect(await found([`${root}.a.b.**`], mode)).toEqual([`${root}.a.b`]);
      expect(await found([`${root}.nothing.**`], mode)).toEqual([]);
      expect(await found([`${root}.a`, `${root}.a.**`], mode)).toEqual([`${root}.a`, `${root}.a.b`]);
    }
    expect(await found(["**"], "keyword")).toEqual(names.toSorted());
  });

  test("what is no pattern is refused", async () => {
    for (const pattern of ["*", "a.*", "**.a", "a.**.b", "a**", ".**", "a.**.**", "", "{a}.**"]) {
      const answer = await service.send("POST", "/v1/recall", { query: "x", namespaces: [pattern] });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "namespaces[0]" }] } });
    }
  });
});
