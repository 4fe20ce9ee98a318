import { describe, expect, test } from "vitest";
import type { Json, Memory, MemoryDetail } from "../../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, pathOf, read, recall } from "../../support/acts/memories.js";
import { readMessages } from "../../support/acts/sessions.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

function send(namespace: string, body: Json) {
  return service.send("POST", `/v1/namespaces/${namespace}/interactions`, body);
}

const capture = async (namespace: string, body: Json) =>
  bodyOf<MemoryDetail>(await send(namespace, body), 201);

const PARTS = {
  input: { text: "Cancel order ORD_2024/11-3", attachments: [null, { kind: "image" }] },
  reasoning: ["look up the order", { step: 2, certain: 0.30000000000000004 }],
  tool_calls: [
    {
      name: "orders.find",
      arguments: { id: "ORD_2024/11-3", __proto__x: 1 },
      result: { total: 1e21, items: [] },
    },
    { name: "orders.cancel", arguments: {}, error: "timeout\u0000\n" },
    { name: "noop" },
  ],
  response: "Your order is cancelled.",
  feedback: { thumbs: "up", "": null },
};

describe("an interaction", () => {
  test("becomes one episodic memory, its parts returned exactly as they came", async () => {
    const namespace = newNamespace();
    const answer = await send(namespace, {
      ...PARTS,
      agent_id: "a",
      session_id: "s",
      timestamp: "2026-01-01T00:00:00Z",
      tags: ["order"],
      metadata: { channel: "chat" },
      trust_score: 0.5,
    });
    const memory = bodyOf<MemoryDetail>(answer, 201);
    expect(answer.headers.get("location")).toBe(pathOf(memory));
    expect(answer.headers.get("etag")).toBe('"1"');
    expect(memory).toMatchObject({
      memory_type: "episodic",
      agent_id: "a",
      session_id: "s",
      tags: ["order"],
      metadata: { channel: "chat" },
      trust_score: 0.5,
    });
    const found = await read(service, memory);
    expect(found).toMatchObject(memory as object);
    expect(found.interaction).toEqual(PARTS);
    for (const part of ["input", "reasoning", "tool_calls", "response", "feedback"] as const) {
      expect(JSON.stringify(found.interaction?.[part])).toBe(JSON.stringify(PARTS[part]));
    }
    expect((await listAll(service, namespace)).map(({ id }) => id)).toEqual([memory.id]);
  });

  test("has a readable text that holds every part, and is recalled by each", async () => {
    const namespace = newNamespace();
    const { id, content } = await capture(namespace, PARTS);
    for (const part of [
      "ORD_2024/11-3",
      "look up the order",
      "orders.find",
      "timeout",
      "is cancelled",
      "thumbs",
    ]) {
      expect(content).toContain(part);
      const { hits } = await recall(service, { query: part, namespaces: [namespace], mode: "keyword" });
      expect(hits.map(({ memory }) => memory.id)).toEqual([id]);
    }
  });

  test("doesn't carry its raw parts into lists and recall", async () => {
    const namespace = newNamespace();
    await capture(namespace, PARTS);
    const { hits } = await recall(service, { query: "order", namespaces: [namespace] });
    for (const memory of [...(await listAll(service, namespace)), ...hits.map((hit) => hit.memory)]) {
      expect(memory).not.toHaveProperty("interaction");
    }
  });

  test("keeps a long tool output whole, and cuts it in the text so that every other part stays", async () => {
    const output = "🧾".repeat(40_000);
    const memory = await capture(newNamespace(), {
      input: "What was the total?",
      tool_calls: [{ name: "report", result: output }],
      response: "The total is 4711.",
    });
    const found = await read(service, memory);
    expect(found.interaction?.tool_calls?.[0]?.result).toBe(output);
    expect(Buffer.byteLength(found.content)).toBeLessThanOrEqual(32 * 1024);
    expect(Buffer.byteLength(found.content)).toBeGreaterThan(31 * 1024);
    expect(found.content).toContain("What was the total?");
    expect(found.content).toContain("The total is 4711.");
    expect(found.content).toContain("🧾…");
    expect(found.content.isWellFormed()).toBe(true);
  });

  test("shares the room fairly when many parts are long", async () => {
    const memory = await capture(newNamespace(), {
      input: "short question",
      reasoning: "r".repeat(60_000),
      tool_calls: Array.from({ length: 100 }, (_, index) => ({
        name: `t${index}`,
        result: "x".repeat(1_500),
      })),
      response: "short answer",
    });
    expect(Buffer.byteLength(memory.content)).toBeLessThanOrEqual(32 * 1024);
    expect(memory.content).toContain("short question");
    expect(memory.content).toContain("short answer");
    for (let index = 0; index < 100; index++) expect(memory.content).toContain(`Tool t${index} returned: x`);
  });

  test("can't be rewritten: 409 with the reason, raw parts and text unchanged", async () => {
    const memory = await capture(newNamespace(), PARTS);
    const answer = await service.send("PATCH", pathOf(memory), { content: "it went well" });
    expect(answer).toMatchObject({ status: 409, body: { code: "immutable_memory" } });
    expect((answer.body as { detail: string }).detail).toContain("is immutable");
    expect(await read(service, memory)).toMatchObject(memory);
  });

  test("keeps its raw parts when something else of it is revised", async () => {
    const memory = await capture(newNamespace(), PARTS);
    const answer = await service.send("PATCH", pathOf(memory), { tags: ["checked"] });
    expect(bodyOf<Memory>(answer, 200).version).toBe(2);
    expect((await read(service, memory)).interaction).toEqual(PARTS);
  });

  test("sent again is the same memory; in another session or at another time it is another", async () => {
    const namespace = newNamespace();
    const first = await capture(namespace, { ...PARTS, session_id: "s" });
    const again = await send(namespace, { ...PARTS, session_id: "s" });
    expect(again).toMatchObject({ status: 200, body: { id: first.id, seen_count: 2, interaction: PARTS } });
    await capture(namespace, { ...PARTS, session_id: "t" });
    await capture(namespace, { ...PARTS, session_id: "s", timestamp: "2026-01-01T00:00:00Z" });
    await capture(namespace, { ...PARTS, session_id: "s", feedback: { thumbs: "down" } });
    expect(await listAll(service, namespace)).toHaveLength(4);
  });

  test("said again under another Idempotency-Key is a turn of its session again, and a retry isn't", async () => {
    const namespace = newNamespace();
    const said = { input: "Go on.", response: "Done.", session_id: "s" };
    const under = (key: string) =>
      service.send("POST", `/v1/namespaces/${namespace}/interactions`, said, {
        headers: { "idempotency-key": key },
      });
    const ids = new Set<unknown>();
    for (const key of ["turn 1", "turn 2", "turn 2"])
      ids.add(bodyOf<Memory>(await under(key), key === "turn 1" ? 201 : 200).id);
    expect(ids.size).toBe(1);
    const messages = await readMessages(service, namespace, "s");
    expect(messages.map(({ content }) => content)).toEqual(["Go on.", "Done.", "Go on.", "Done."]);
    // Without a key, what is the same memory is the same turn.
    for (const _ of [1, 2]) await send(namespace, { ...said, session_id: "t" });
    expect(await readMessages(service, namespace, "t")).toHaveLength(2);
  });

  test.each([0, false, "text", [], {}, [[]], { deep: { deeper: [1, { x: null }] } }, "\0", 1e-7])(
    "takes %j for an input, and gives it back",
    async (input) => {
      const memory = await capture(newNamespace(), { input });
      expect((await read(service, memory)).interaction).toEqual({ input });
    },
  );
});
