import { describe, expect, test } from "vitest";
import { useFakeEmbedder } from "../support/embeddings/use-fake-embedder.js";
import {
  listPath,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  remember,
} from "../support/acts/memories.js";
import type { Json } from "../support/acts/memories.js";
import type { Answer } from "../support/service/answer.js";

const DIMENSIONS = 64;
const { service } = await useFakeEmbedder(DIMENSIONS);

const KIB = 1024;

function expectRefused(answer: Answer, field: string | RegExp): void {
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  const { errors } = answer.body as { errors: { field: string }[] };
  expect(errors.map((error) => error.field)).toContainEqual(
    typeof field === "string" ? field : expect.stringMatching(field),
  );
}

function nested(levels: number): Json {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { k: value };
  return value as Json;
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("a memory", () => {
  test.each<[string, string, unknown, unknown]>([
    ["32 KiB of content", "content", "x".repeat(32 * KIB), "x".repeat(32 * KIB + 1)],
    ["32 KiB of two-byte letters", "content", "é".repeat(16 * KIB), `${"é".repeat(16 * KIB)}x`],
    [
      "content up to the border in a three-byte letter",
      "content",
      `${"€".repeat(10_922)}é`,
      `${"€".repeat(10_922)}€`,
    ],
    ["32 KiB of emoji", "content", "😀".repeat(8 * KIB), `${"😀".repeat(8 * KIB)}!`],
    ["content of one letter", "content", "x", ""],
    ["content that isn't blank", "content", "\u00a0.", " \t\r\n\u00a0\u2003\ufeff"],
    ["64 KiB of metadata", "metadata", { a: "x".repeat(65_528) }, { a: "x".repeat(65_529) }],
    ["64 KiB of metadata in bytes", "metadata", { é: "é".repeat(32_763) }, { é: "é".repeat(32_764) }],
    ["16 levels of metadata", "metadata", nested(16), nested(17)],
    ["16 levels of metadata with arrays", "metadata", { a: [nested(14)] }, { a: [nested(15)] }],
    ["1024 values of metadata", "metadata", { a: many(1024, Number) }, { a: many(1025, Number) }],
    ["no metadata", "metadata", {}, null],
    ["64 tags", "tags", many(64, String), many(65, String)],
    ["a tag of 256 bytes", "tags", ["é".repeat(128)], [`${"é".repeat(128)}x`]],
    ["a tag of one letter", "tags", ["x"], [""]],
    ["an agent of 256 bytes", "agent_id", "€".repeat(85) + "x", "€".repeat(85) + "xx"],
    ["an agent of one letter", "agent_id", "x", ""],
    ["a session of 256 bytes", "session_id", "x".repeat(256), "x".repeat(257)],
    ["a session of one letter", "session_id", " ", ""],
    ["the lowest trust", "trust_score", 0, -0.01],
    ["the highest trust", "trust_score", 1, 1.01],
    ["trust as a number", "trust_score", 0.5, "0.5"],
    ["one second to live", "ttl_seconds", 1, 0],
    ["ten years to live", "ttl_seconds", 315_360_000, 315_360_001],
    ["whole seconds to live", "ttl_seconds", 2, 2.5],
    ["no end", "ttl_seconds", null, -1],
    ["a time with an offset", "timestamp", "2026-02-28T23:59:59.999+14:00", "2026-02-28T23:59:59.999"],
    ["a time that UTC has", "timestamp", "9999-12-31T23:59:59+23:59", "9999-12-31T23:59:59-23:59"],
    ["a leap day", "timestamp", "2024-02-29T00:00:00Z", "2026-02-29T00:00:00Z"],
    ["a time of the far past", "timestamp", "0001-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"],
    ["a time of the far future", "timestamp", "9999-12-31T23:59:59.999Z", "10000-01-01T00:00:00Z"],
    ["a time as text", "timestamp", "2026-01-01T00:00:00Z", 1_767_225_600_000],
    ["its own vector", "embedding", many(DIMENSIONS, (i) => i + 1), []],
    ["a vector of numbers", "embedding", many(DIMENSIONS, () => 1e-3), many(DIMENSIONS, () => "1")],
    ["a vector of finite numbers", "embedding", many(DIMENSIONS, () => 1e39), many(DIMENSIONS, () => 1e308)],
    ["a vector with a direction", "embedding", [...many(63, () => 0), 1], many(64, () => 0)],
    ["a vector without gaps", "embedding", many(DIMENSIONS, () => -1), [...many(63, () => 1), null]],
  ])("may have %s, and no more", async (_name, field, accepted, refused) => {
    const namespace = newNamespace();
    const inside = await post(service, namespace, { content: "a content", [field]: accepted });
    expect(inside.status).toBe(201);
    const kept = await read(service, inside.body as { namespace: string; id: string });
    if (field !== "embedding" && field !== "ttl_seconds" && field !== "timestamp") {
      expect(kept).toHaveProperty([field], accepted);
    }
    const outside = await post(service, namespace, { content: "another content", [field]: refused });
    expectRefused(outside, new RegExp(`^${field}\\b`));
    const patched = await service.send("PATCH", pathOf(kept), { content: "changed", [field]: refused });
    expectRefused(patched, new RegExp(`^${field}\\b`));
  });

  test.each([DIMENSIONS - 1, DIMENSIONS + 1, 1, 4096])(
    "can't bring a vector of %d dimensions where the model has 64",
    async (dimensions) => {
      const answer = await post(service, newNamespace(), {
        content: "x",
        embedding: many(dimensions, () => 1),
      });
      expect(answer).toMatchObject({
        status: 422,
        body: { code: "embedding_mismatch", detail: expect.stringContaining("64 dimensions") },
      });
    },
  );

  test("can't bring a vector of more than 4096 dimensions", async () => {
    expectRefused(
      await post(service, newNamespace(), { content: "x", embedding: many(4097, () => 1) }),
      "embedding",
    );
  });

  test("can bring a vector of the model in use only", async () => {
    const embedding = many(DIMENSIONS, (i) => i);
    const namespace = newNamespace();
    const other = await post(service, namespace, { content: "x", embedding, embedding_model: "another" });
    expect(other).toMatchObject({ status: 422, body: { code: "embedding_mismatch" } });
    const memory = await remember(service, namespace, { content: "x", embedding });
    const same = await post(service, namespace, {
      content: "y",
      embedding,
      embedding_model: memory.embedding.model,
    });
    expect(same.status).toBe(201);
  });

  test("can't grow its metadata beyond the limit by patches", async () => {
    const memory = await remember(service, newNamespace(), {
      content: "x",
      metadata: { a: "x".repeat(40_000) },
    });
    const answer = await service.send("PATCH", pathOf(memory), { metadata: { b: "x".repeat(40_000) } });
    expectRefused(answer, "metadata");
    expect((await read(service, memory)).metadata).toEqual(memory.metadata);
  });
});

describe("a namespace", () => {
  const labels = (count: number) => many(count, () => "a").join(".");
  test.each([
    ["256 characters", "a".repeat(256), "a".repeat(257)],
    ["16 labels", labels(16), labels(17)],
    ["letters, digits, _ and -", "A-z_09.-.__", "a+b"],
  ])("may have %s, and no more", async (_name, accepted, refused) => {
    expect((await service.send("GET", memoriesOf(accepted))).status).toBe(200);
    expectRefused(await service.send("GET", memoriesOf(refused)), "ns");
    const query = { query: "x", mode: "keyword" };
    expect((await service.send("POST", "/v1/recall", { ...query, namespaces: [accepted] })).status).toBe(200);
    expectRefused(
      await service.send("POST", "/v1/recall", { ...query, namespaces: [refused] }),
      "namespaces[0]",
    );
  });
});

describe("a body", () => {
  const padded = (body: unknown, bytes: number) => JSON.stringify(body).padEnd(bytes, " ");
  test.each([
    ["a memory", "memories", { content: "x", memory_type: "semantic" }, 1024 * KIB],
    ["an interaction", "interactions", { input: "x" }, 1024 * KIB],
    ["a batch", "memories/batch", { memories: [{ content: "x", memory_type: "semantic" }] }, 4096 * KIB],
  ])("with %s ends at its limit to the byte", async (_name, path, body, limit) => {
    const url = `/v1/namespaces/${newNamespace()}/${path}`;
    const inside = await service.send("POST", url, undefined, { raw: padded(body, limit) });
    expect(inside.status).toBeLessThan(300);
    const outside = await service.send("POST", url, undefined, { raw: padded(body, limit + 1) });
    expect(outside).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
  });

  test("holds 1 to 500 memories in a batch", async () => {
    const batch = (count: number) =>
      service.send("POST", `${memoriesOf(newNamespace())}/batch`, {
        memories: many(count, (i) => ({ content: `memory ${i}`, memory_type: "semantic" })),
      });
    expect((await batch(500)).status).toBe(200);
    expectRefused(await batch(501), "memories");
    expectRefused(await batch(0), "memories");
  });
});

test("JSON that is nested a hundred thousand levels deep is refused wherever it comes", async () => {
  const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
  const namespace = newNamespace();
  const id = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";
  const requests: [string, string, string][] = [
    ["POST", memoriesOf(namespace), `{"content":"x","memory_type":"semantic","metadata":${deep}}`],
    ["PATCH", pathOf({ namespace, id }), `{"metadata":${deep}}`],
    ["POST", `/v1/namespaces/${namespace}/interactions`, `{"input":${deep}}`],
    ["POST", `/v1/namespaces/${namespace}/interactions`, `{"input":"x","metadata":${deep}}`],
    ["POST", "/v1/recall", `{"query":"x","namespaces":["a"],"filter":{"metadata":${deep}}}`],
    ["POST", "/v1/recall", `{"query":"x","namespaces":["a"],"unknown":${deep}}`],
  ];
  for (const [method, path, raw] of requests) {
    expect(await service.send(method, path, undefined, { raw })).toMatchObject({
      status: 400,
      body: { code: "invalid_request" },
    });
  }
});

describe("an interaction", () => {
  const capture = (body: Json) => service.send("POST", `/v1/namespaces/${newNamespace()}/interactions`, body);
  const inArrays = (levels: number) => {
    let value: unknown = "x";
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };
  test.each<[string, Json, Json, string]>([
    ["256 KiB", { input: "x".repeat(262_132) }, { input: "x".repeat(262_133) }, "body"],
    [
      "128 tool calls",
      { input: "x", tool_calls: many(128, () => ({ name: "t" })) },
      { input: "x", tool_calls: many(129, () => ({ name: "t" })) },
      "tool_calls",
    ],
    [
      "a tool's name of 256 bytes",
      { input: "x", tool_calls: [{ name: "x".repeat(256) }] },
      { input: "x", tool_calls: [{ name: "x".repeat(257) }] },
      "tool_calls[0].name",
    ],
    ["64 levels", { input: inArrays(64) }, { input: inArrays(65) }, "input"],
    ["an input", { input: "x" }, { input: " \n" }, "input"],
    ["an input of any JSON", { input: false }, { input: null }, "input"],
    ["only an input", { input: 0 }, { response: "x" }, "input"],
  ])("may have %s, and no more", async (_name, accepted, refused, field) => {
    expect((await capture(accepted)).status).toBe(201);
    expectRefused(await capture(refused), field);
  });
});

describe("a list", () => {
  test.each([
    ["limit", "1", "0"],
    ["limit", "200", "201"],
    ["limit", "7", "7.5"],
    ["limit", "8", "eight"],
    ["order", "asc", "ascending"],
    ["memory_type", "episodic", "state"],
    ["agent_id", "x".repeat(256), "x".repeat(257)],
    ["session_id", "x", ""],
    ["tag", "x".repeat(256), "x".repeat(257)],
    ["from", "2026-01-01T00:00:00Z", "2026-01-01"],
    ["to", "2026-01-01T00:00:00+01:00", "now"],
    ["metadata", '{"a":1}', "{a:1}"],
    ["metadata", '{"a":{"b":null}}', '{"a":{}}'],
    ["metadata", '{"a":[1,2]}', '{"a":[]}'],
    ["metadata", '{"a":"b"}', "[]"],
  ])("takes %s=%s, and not %s", async (name, accepted, refused) => {
    const namespace = newNamespace();
    expect((await service.send("GET", listPath(namespace, { [name]: accepted }))).status).toBe(200);
    expectRefused(
      await service.send("GET", listPath(namespace, { [name]: refused })),
      new RegExp(`^${name}\\b`),
    );
  });

  test("takes 64 values of a parameter, and no more", async () => {
    const namespace = newNamespace();
    for (const name of ["agent_id", "session_id", "tag"]) {
      const values = many(65, String);
      const accepted = await service.send("GET", listPath(namespace, { [name]: values.slice(1) }));
      expect(accepted.status).toBe(200);
      expectRefused(await service.send("GET", listPath(namespace, { [name]: values })), name);
    }
  });
});

describe("a recall", () => {
  const ask = (request: Json) =>
    service.send("POST", "/v1/recall", { query: "x", namespaces: [newNamespace()], ...request });
  test.each<[string, string, Json, Json]>([
    ["a limit of 1", "limit", { limit: 1 }, { limit: 0 }],
    ["a limit of 100", "limit", { limit: 100 }, { limit: 101 }],
    ["a whole limit", "limit", { limit: 2 }, { limit: 2.5 }],
    ["a query of 8 KiB", "query", { query: "x".repeat(8192) }, { query: "x".repeat(8193) }],
    ["8 KiB in bytes", "query", { query: "é".repeat(4096) }, { query: "é".repeat(4097) }],
    ["a query that isn't blank", "query", { query: " x " }, { query: " \n\t" }],
    ["32 namespaces", "namespaces", { namespaces: many(32, String) }, { namespaces: many(33, String) }],
    ["one namespace", "namespaces", { namespaces: ["a"] }, { namespaces: [] }],
    ["a mode", "mode", { mode: "vector" }, { mode: "semantic" }],
    ["a type", "memory_types", { memory_types: ["episodic"] }, { memory_types: [] }],
    ["types", "memory_types[0]", { memory_types: ["procedural"] }, { memory_types: ["state"] }],
    [
      "64 agents",
      "filter.agent_id",
      { filter: { agent_id: many(64, String) } },
      { filter: { agent_id: many(65, String) } },
    ],
    ["an agent", "filter.agent_id", { filter: { agent_id: "a" } }, { filter: { agent_id: [] } }],
    [
      "64 tags",
      "filter.tags",
      { filter: { tags: many(64, String) } },
      { filter: { tags: many(65, String) } },
    ],
    ["a tag", "filter.tags_any", { filter: { tags_any: ["a"] } }, { filter: { tags_any: [] } }],
    [
      "metadata",
      "filter.metadata.a.b",
      { filter: { metadata: { a: 1 } } },
      { filter: { metadata: { a: { b: [] } } } },
    ],
    ["a time", "filter.from", { filter: { from: "2026-01-01T00:00:00Z" } }, { filter: { from: 0 } }],
    ["k of 1", "fusion.k", { fusion: { method: "rrf", k: 1 } }, { fusion: { method: "rrf", k: 0 } }],
    ["k of 1000", "fusion.k", { fusion: { method: "rrf", k: 1000 } }, { fusion: { method: "rrf", k: 1001 } }],
    [
      "a weight of 0",
      "fusion.weights.keyword",
      { fusion: { method: "rrf", weights: { keyword: 0 } } },
      { fusion: { method: "rrf", weights: { keyword: -1 } } },
    ],
    ["a vector", "embedding", { embedding: many(64, () => 1) }, { embedding: many(64, () => 0) }],
    ["a lowest score", "min_score", { min_score: -1e9 }, { min_score: "0" }],
  ])("takes %s (%s), and no more", async (_name, field, accepted, refused) => {
    expect((await ask(accepted)).status).toBe(200);
    const answer = await ask(refused);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect((answer.body as { errors: { field: string }[] }).errors.map((error) => error.field)).toContain(
      field,
    );
  });

  test("takes a vector of the model's dimensions only", async () => {
    for (const dimensions of [63, 65]) {
      const answer = await ask({ embedding: many(dimensions, () => 1) });
      expect(answer).toMatchObject({ status: 422, body: { code: "embedding_mismatch" } });
    }
  });
});

describe("If-Match", () => {
  test.each(["1", 'W/"1"', '"1", "2"', '""', '"one"', '"1', ",", '"-1"', `"${"9".repeat(16)}"`])(
    "that is no ETag of ours (%s) is refused",
    async (etag) => {
      const memory = await remember(service, newNamespace(), { content: "x" });
      for (const [method, body] of [["PATCH", { trust_score: 0 }], ["DELETE"]] as const) {
        expectRefused(
          await service.send(method, pathOf(memory), body, { headers: { "if-match": etag } }),
          "If-Match",
        );
      }
      expect((await read(service, memory)).version).toBe(1);
    },
  );
});
