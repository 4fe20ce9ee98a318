import { expect, test } from "vitest";
import { ids, listAll, newNamespace, postBatch, read, remember } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

test("gives each item its result or its problem, in order, and writes nothing else", async () => {
  const namespace = newNamespace();
  const before = await remember(service, namespace, { content: "was there" });
  const results = await postBatch(service, namespace, [
    { content: "good", memory_type: "semantic", tags: ["first"] },
    { content: "x".repeat(32 * 1024 + 1), memory_type: "semantic" },
    { content: "good", memory_type: "semantic", tags: ["second"] },
    { content: "good", memory_type: "episodic" },
    { content: "", memory_type: "semantic" },
    { content: "no type" },
    null,
    "text",
    [],
    { content: "was there", memory_type: "semantic" },
    { content: "unknown field", memory_type: "semantic", id: "mine" },
    { content: "a vector that nobody asked for", memory_type: "semantic", embedding: [1, 2, 3] },
    { content: "\ud800", memory_type: "semantic" },
    { content: "last", memory_type: "procedural", metadata: { place: 13 } },
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    201, 400, 200, 201, 400, 400, 400, 400, 400, 200, 400, 422, 400, 201,
  ]);
  expect(results.map(({ problem }) => problem?.code)).toEqual([
    undefined,
    "invalid_request",
    undefined,
    undefined,
    ...Array.from({ length: 5 }, () => "invalid_request"),
    undefined,
    "invalid_request",
    "embedding_mismatch",
    "invalid_request",
    undefined,
  ]);
  expect(results[1]?.problem?.errors?.[0]?.field).toBe("content");
  expect(results[5]?.problem?.errors?.[0]?.field).toBe("memory_type");
  expect(results[10]?.problem?.errors?.[0]?.field).toBe("id");
  expect(results[2]?.memory).toMatchObject({ id: results[0]?.memory?.id, seen_count: 2, tags: ["first"] });
  expect(results[9]?.memory).toMatchObject({ id: before.id, seen_count: 2 });
  for (const { memory, problem } of results) expect([memory, problem].filter(Boolean)).toHaveLength(1);
  const stored = results.flatMap(({ status, memory }) =>
    status === 201 && memory !== undefined ? [memory] : [],
  );
  expect(ids(await listAll(service, namespace, { order: "asc" }))).toEqual(ids([before, ...stored]));
  for (const memory of stored.slice(1)) expect(await read(service, memory)).toMatchObject(memory);
});

test("stores 500 in the order of the request", async () => {
  const namespace = newNamespace();
  const results = await postBatch(
    service,
    namespace,
    Array.from({ length: 500 }, (_, index) => ({ content: `item ${index}`, memory_type: "semantic" })),
  );
  expect(results.every(({ status }) => status === 201)).toBe(true);
  const listed = await listAll(service, namespace, { order: "asc", limit: 200 });
  expect(listed.map(({ content }) => content)).toEqual(
    Array.from({ length: 500 }, (_, index) => `item ${index}`),
  );
});

test("of wrong items only is answered all the same", async () => {
  const namespace = newNamespace();
  const results = await postBatch(service, namespace, [{}, 1, null]);
  expect(results.map(({ status }) => status)).toEqual([400, 400, 400]);
  expect(await listAll(service, namespace)).toEqual([]);
});
