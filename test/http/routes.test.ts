import { describe, expect, test } from "vitest";
import type { Memory } from "../support/acts/memories.js";
import {
  listPage,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  remember,
  revise,
} from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

const FULL = {
  content: "Customer account ID is CX-7742-B.",
  memory_type: "procedural",
  agent_id: "support-1",
  session_id: "s-9",
  timestamp: "2026-01-31T10:30:00.5+01:00",
  metadata: { customer: { plan: "gold" }, n: 1.5e-300, list: [1, "1", null, true, {}], "": "" },
  tags: ["vip", "billing", "vip"],
  trust_score: 0.25,
  importance: 0.75,
  pinned: true,
};

describe("POST memories", () => {
  test("answers with the stored record, its place and its version", async () => {
    const namespace = newNamespace();
    const before = Date.now();
    const answer = await post(service, namespace, FULL);
    expect(answer.status).toBe(201);
    const memory = answer.body as Memory;
    expect(answer.headers.get("location")).toBe(pathOf(memory));
    expect(answer.headers.get("etag")).toBe('"1"');
    expect(memory).toEqual({
      ...FULL,
      archived: false,
      archived_at: null,
      content_complete: true,
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      namespace,
      key: null,
      timestamp: "2026-01-31T09:30:00.500Z",
      tags: ["vip", "billing"],
      source_agent: "anonymous",
      trust: 0.25,
      derived_from: [],
      feedback: { confirmed: 0, contradicted: 0, used: 0, useless: 0 },
      human_confirmed: false,
      corroborations: 0,
      quarantined: false,
      version: 1,
      recorded_at: expect.any(String),
      updated_at: memory.recorded_at,
      seen_count: 1,
      origin: null,
      superseded_at: null,
      superseded_by: null,
      valid_from: null,
      valid_to: null,
      last_seen_at: memory.recorded_at,
      expires_at: null,
      embedding: { status: "pending", model: null },
    });
    expect(Date.parse(memory.recorded_at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(memory.recorded_at)).toBeLessThanOrEqual(Date.now());
    expect(await read(service, memory)).toMatchObject(memory);
    expect((await listPage(service, namespace)).memories).toEqual([memory]);
  });

  test("fills in what wasn't given", async () => {
    const memory = await remember(service, newNamespace(), { content: "short" });
    expect(memory).toMatchObject({
      agent_id: null,
      session_id: null,
      timestamp: memory.recorded_at,
      metadata: {},
      tags: [],
      trust_score: 1,
    });
  });

  test("counts the same content again, and stores it once", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "again", agent_id: "a" });
    const second = await post(service, namespace, { content: "again", agent_id: "a", tags: ["other"] });
    expect(second.status).toBe(200);
    expect(second.headers.get("location")).toBe(pathOf(first));
    expect(second.body).toMatchObject({ id: first.id, agent_id: "a", tags: [], version: 1, seen_count: 2 });
    const found = await read(service, first);
    expect(found).toMatchObject(second.body as object);
    expect(Date.parse(found.last_seen_at)).toBeGreaterThanOrEqual(Date.parse(first.last_seen_at));
  });

  test("tells the same content apart by type and by namespace", async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    const first = await remember(service, namespace, { content: "same" });
    const second = await remember(service, namespace, { content: "same", memory_type: "episodic" });
    const third = await remember(service, other, { content: "same" });
    const fourth = await remember(service, namespace, { content: "same " });
    expect(new Set([first.id, second.id, third.id, fourth.id]).size).toBe(4);
  });
});

describe("GET a memory", () => {
  test("answers with its version as ETag, and HEAD likewise without a body", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    const answer = await service.send("GET", pathOf(memory));
    expect(answer).toMatchObject({ status: 200, body: memory });
    expect(answer.headers.get("etag")).toBe('"1"');
    const head = await fetch(service.url + pathOf(memory), { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("etag")).toBe('"1"');
    expect(await head.text()).toBe("");
  });

  test("is 404 where there is none", async () => {
    const answer = await service.send("GET", `${memoriesOf(newNamespace())}/01JD8Q4V7K3W5N0R2T6Y9B1C4D`);
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});

describe("PATCH", () => {
  test("makes the next version of what it names, and leaves the rest", async () => {
    const memory = await remember(service, newNamespace(), FULL);
    const answer = await service.send("PATCH", pathOf(memory), { content: "Another ID.", trust_score: 0.5 });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("etag")).toBe('"2"');
    const revised = answer.body as Memory;
    expect(revised).toEqual({
      ...memory,
      content: "Another ID.",
      trust_score: 0.5,
      trust: 0.5,
      version: 2,
      updated_at: revised.updated_at,
    });
    expect(await read(service, memory)).toMatchObject(revised);
  });

  test("merges metadata by RFC 7396", async () => {
    const memory = await remember(service, newNamespace(), {
      content: "x",
      metadata: { keep: 1, drop: 2, deep: { keep: [1], drop: true }, replaced: [1, 2] },
    });
    const revised = await revise(service, memory, {
      metadata: { drop: null, deep: { drop: null, added: {} }, replaced: { a: 1 }, absent: null },
    });
    expect(revised.metadata).toEqual({ keep: 1, deep: { keep: [1], added: {} }, replaced: { a: 1 } });
    expect((await read(service, memory)).metadata).toEqual(revised.metadata);
  });

  test("replaces tags, and can empty them", async () => {
    const memory = await remember(service, newNamespace(), { content: "x", tags: ["a", "b"] });
    expect((await revise(service, memory, { tags: ["b", "c", "b"] })).tags).toEqual(["b", "c"]);
    expect((await listPage(service, memory.namespace, { tag: "a" })).memories).toEqual([]);
    expect((await listPage(service, memory.namespace, { tag: "c" })).memories).toHaveLength(1);
    expect((await revise(service, memory, { tags: [] })).tags).toEqual([]);
    expect((await read(service, memory)).tags).toEqual([]);
    expect((await listPage(service, memory.namespace, { tag: "c" })).memories).toEqual([]);
  });

  test("is 409 with a reason for the content of an episode, and nothing of the patch is done", async () => {
    const memory = await remember(service, newNamespace(), { content: "seen", memory_type: "episodic" });
    const answer = await service.send("PATCH", pathOf(memory), { content: "rewritten", trust_score: 0 });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: "immutable_memory", errors: [{ field: "content" }] },
    });
    expect((answer.body as { detail: string }).detail).toContain("episodic");
    expect(await read(service, memory)).toMatchObject(memory);
    expect((await revise(service, memory, { trust_score: 0, tags: ["checked"] })).version).toBe(2);
  });

  test("is 409 where another memory has the content, and names it", async () => {
    const namespace = newNamespace();
    const taken = await remember(service, namespace, { content: "taken" });
    const memory = await remember(service, namespace, { content: "mine" });
    const answer = await service.send("PATCH", pathOf(memory), { content: "taken" });
    expect(answer).toMatchObject({ status: 409, body: { code: "duplicate_content" } });
    expect((answer.body as { detail: string }).detail).toContain(taken.id);
    expect(await read(service, memory)).toMatchObject(memory);
  });

  test("frees the old content and claims the new one", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "old" });
    await revise(service, memory, { content: "new" });
    expect((await post(service, namespace, { content: "new" })).body).toMatchObject({
      id: memory.id,
      seen_count: 2,
    });
    expect((await remember(service, namespace, { content: "old" })).id).not.toBe(memory.id);
  });

  test("must change something, and an own vector needs its content", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    expect(await service.send("PATCH", pathOf(memory), {})).toMatchObject({ status: 400 });
    expect(await service.send("PATCH", pathOf(memory), { embedding: [1] })).toMatchObject({
      status: 400,
      body: { errors: [{ field: "embedding" }] },
    });
  });

  test("is 412 with an old version, 200 with the present one or *", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    const patch = (etag: string, trust_score: number) =>
      service.send("PATCH", pathOf(memory), { trust_score }, { headers: { "if-match": etag } });
    expect((await patch('"1"', 0.1)).status).toBe(200);
    expect(await patch('"1"', 0.2)).toMatchObject({ status: 412, body: { code: "version_conflict" } });
    expect(await patch('"3"', 0.2)).toMatchObject({ status: 412 });
    expect((await patch("*", 0.3)).status).toBe(200);
    expect(await read(service, memory)).toMatchObject({ trust_score: 0.3, version: 3 });
  });

  test("is 404 where there is none", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    await service.send("DELETE", pathOf(memory));
    expect(await service.send("PATCH", pathOf(memory), { trust_score: 0 })).toMatchObject({ status: 404 });
  });
});

describe("DELETE", () => {
  test("removes the memory for good; its content can be stored again", async () => {
    const memory = await remember(service, newNamespace(), { content: "gone" });
    const answer = await service.send("DELETE", pathOf(memory));
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(await service.send("GET", pathOf(memory))).toMatchObject({ status: 404 });
    expect(await service.send("DELETE", pathOf(memory))).toMatchObject({ status: 404 });
    expect((await listPage(service, memory.namespace)).memories).toEqual([]);
    expect((await remember(service, memory.namespace, { content: "gone" })).id).not.toBe(memory.id);
  });

  test("is 412 with an old version", async () => {
    const memory = await remember(service, newNamespace(), { content: "x" });
    await revise(service, memory, { trust_score: 0 });
    const remove = (etag: string) =>
      service.send("DELETE", pathOf(memory), undefined, { headers: { "if-match": etag } });
    expect(await remove('"1"')).toMatchObject({ status: 412, body: { code: "version_conflict" } });
    expect((await remove('"2"')).status).toBe(204);
  });
});

describe("the typed client", () => {
  test("goes the whole way of a memory", async () => {
    const ns = newNamespace();
    const { memories } = service.client.v1.namespaces[":ns"];
    const created = await memories.$post({
      param: { ns },
      json: { content: "Typed from end to end.", memory_type: "semantic" },
    });
    expect(created.status).toBe(201);
    const memory = (await created.json()) as Memory;
    const param = { ns, id: memory.id };
    const revised = await memories[":id"].$patch({
      param,
      json: { trust_score: 0.5 },
      header: { "if-match": '"1"' },
    });
    expect(await revised.json()).toMatchObject({ version: 2 });
    const listed = await memories.$get({ param: { ns }, query: { memory_type: ["semantic"], limit: "1" } });
    expect(await listed.json()).toMatchObject({ memories: [{ id: memory.id }], cursor: null });
    const recalled = await service.client.v1.recall.$post({ json: { query: "typed", namespaces: [ns] } });
    expect(await recalled.json()).toMatchObject({ hits: [{ memory: { id: memory.id } }] });
    const removed = await memories[":id"].$delete({ param, query: {}, header: {} });
    expect(removed.status).toBe(204);
  });
});
