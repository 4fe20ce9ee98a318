import { describe, expect, test } from "vitest";
import { memoriesOf, newNamespace, pathOf, post, remember } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

const UNKNOWN_ID = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";

describe("a refusal", () => {
  test("is a problem document of RFC 9457 with a stable code, the field's name and the request's id", async () => {
    const answer = await post(
      service,
      newNamespace(),
      { content: 7 },
      { headers: { "x-request-id": "abc-1" } },
    );
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("x-request-id")).toBe("abc-1");
    expect(answer.body).toEqual({
      type: "urn:mneme:problem:invalid_request",
      title: expect.any(String),
      status: 400,
      code: "invalid_request",
      detail: expect.stringContaining("content"),
      errors: [{ field: "content", message: expect.any(String) }],
      request_id: "abc-1",
    });
  });

  test("names every wrong field at once", async () => {
    const answer = await post(service, newNamespace(), {
      content: "",
      memory_type: "dream",
      trust_score: 2,
      tags: ["ok", ""],
      metadata: [],
    });
    expect(fieldsOf(answer.body)).toEqual(["content", "memory_type", "metadata", "tags[1]", "trust_score"]);
  });

  test.each([
    ["POST", "memories", { content: "x", memory_type: "semantic", colour: 1 }, "colour"],
    ["POST", "memories", { content: "x", memory_type: "semantic", source_agent: "me" }, "source_agent"],
    ["POST", "memories/batch", { memories: [], all: true }, "all"],
    ["POST", "interactions", { input: "x", output: "y" }, "output"],
    ["PATCH", `memories/${UNKNOWN_ID}`, { memory_type: "episodic" }, "memory_type"],
  ])("names the unknown field of %s %s", async (method, path, body, field) => {
    const answer = await service.send(method, `/v1/namespaces/${newNamespace()}/${path}`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(fieldsOf(answer.body)).toContain(field);
  });

  test.each(["constructor", "toString", "hasOwnProperty", "__proto__"])(
    "takes a field named %s for what it is: unknown",
    async (name) => {
      const answer = await service.send("POST", memoriesOf(newNamespace()), undefined, {
        raw: `{"content":"x","memory_type":"semantic","${name}":{"polluted":true}}`,
      });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(fieldsOf(answer.body)).toEqual([name]);
    },
  );

  test("names an unknown field of a recall and of its filter", async () => {
    const answer = await service.send("POST", "/v1/recall", {
      query: "x",
      namespaces: [newNamespace()],
      top_k: 3,
      filter: { agent: "a" },
    });
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer.body)).toEqual(["filter.agent", "top_k"]);
  });

  test("names an unknown parameter of a list", async () => {
    const answer = await service.send("GET", `${memoriesOf(newNamespace())}?tags=x`);
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer.body)).toEqual(["tags"]);
  });
});

describe("a body", () => {
  test.each(["{", "", "undefined", "{'a':1}", '{"content":"x",}', "\u0000", "NaN", "{}{}"])(
    "that isn't JSON (%j) is malformed",
    async (raw) => {
      const answer = await service.send("POST", memoriesOf(newNamespace()), undefined, { raw });
      expect(answer).toMatchObject({ status: 400, body: { code: "malformed_json" } });
    },
  );

  test.each(["application/json", "application/json; charset=utf-8"])(
    "that is optional may be empty with the type %s, and nothing else that isn't JSON",
    async (type) => {
      const path = (): string => `/v1/namespaces/${newNamespace()}/consolidations`;
      const headers = { "content-type": type };
      const empty = await service.send("POST", path(), undefined, { raw: "", headers });
      expect(empty).toMatchObject({ status: 202, body: { id: expect.any(String) } });
      expect(await service.send("POST", path(), undefined, { raw: " {", headers })).toMatchObject({
        status: 400,
        body: { code: "malformed_json" },
      });
      expect((await service.send("POST", path(), { dry_run: true }, { headers })).status).toBe(202);
    },
  );

  test.each(["null", "[]", '"text"', "7", "true"])("that is no object (%s) is invalid", async (raw) => {
    for (const path of ["memories", "memories/batch", "interactions"]) {
      const answer = await service.send("POST", `/v1/namespaces/${newNamespace()}/${path}`, undefined, {
        raw,
      });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(fieldsOf(answer.body)).toEqual(["body"]);
    }
  });

  test("that isn't UTF-8 is refused, not repaired", async () => {
    const raw = Buffer.concat([
      Buffer.from('{"memory_type":"semantic","content":"caf'),
      Buffer.from([0xe9]),
      Buffer.from('"}'),
    ]);
    const answer = await service.send("POST", memoriesOf(newNamespace()), undefined, { raw });
    expect(answer).toMatchObject({ status: 400, body: { code: "malformed_json" } });
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "multipart/form-data"])(
    "of type %s is refused",
    async (type) => {
      for (const [method, path] of [
        ["POST", memoriesOf(newNamespace())],
        ["POST", "/v1/recall"],
        ["PATCH", `${memoriesOf(newNamespace())}/${UNKNOWN_ID}`],
      ] as const) {
        const answer = await service.send(
          method,
          path,
          { content: "x" },
          { headers: { "content-type": type } },
        );
        expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
      }
    },
  );

  test("may name its charset", async () => {
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    expect((await post(service, newNamespace(), { content: "x" }, { headers })).status).toBe(201);
  });

  test("over the limit is refused, whether it says its length or not", async () => {
    const body = { memory_type: "semantic", content: "x".repeat(1024 * 1024) };
    const declared = await service.send("POST", memoriesOf(newNamespace()), body);
    expect(declared).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    const streamed = await fetch(service.url + memoriesOf(newNamespace()), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob([JSON.stringify(body)]).stream(),
      duplex: "half",
    });
    expect(streamed.status).toBe(413);
    expect(await streamed.json()).toMatchObject({ code: "payload_too_large" });
  });

  test.each([
    ["metadata", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["metadata", `{"a":[${"1,".repeat(300_000)}1]}`],
    ["metadata", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    ["tags", "[".repeat(100_000) + "]".repeat(100_000)],
    ["tags", `[${'"x",'.repeat(100_000)}"x"]`],
    ["content", "[".repeat(100_000) + "]".repeat(100_000)],
    ["embedding", `[${"1,".repeat(300_000)}1]`],
  ])("with a monstrous %s is refused as any other", async (field, json) => {
    const raw = `{"memory_type":"semantic",${field === "content" ? "" : '"content":"x",'}"${field}":${json}}`;
    const answer = await service.send("POST", memoriesOf(newNamespace()), undefined, { raw });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(fieldsOf(answer.body)[0]).toMatch(new RegExp(`^${field}`));
  });

  test.each([
    ["nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["many elements", `[${"1,".repeat(300_000)}1]`],
  ])("of an interaction with monstrous %s is refused as any other", async (_name, json) => {
    const raw = `{"input":${json}}`;
    const answer = await service.send("POST", `/v1/namespaces/${newNamespace()}/interactions`, undefined, {
      raw,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });
});

describe("a path", () => {
  test.each(["/v1", "/v1/memories", "/v2/recall", "/v1/recall/", "/docs/../package.json", "/docs/x.js"])(
    "that leads nowhere (%s) says so",
    async (path) => {
      const answer = await service.send("GET", path);
      expect(answer).toMatchObject({ status: 404, body: { code: "route_not_found" } });
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    },
  );

  test.each([
    ["PUT", "/v1/recall", "POST"],
    ["GET", "/v1/recall", "POST"],
    ["DELETE", "/healthz", "GET, HEAD"],
    ["PUT", `/v1/namespaces/a/memories`, "GET, HEAD, POST"],
    ["POST", `/v1/namespaces/a/memories/${UNKNOWN_ID}`, "DELETE, GET, HEAD, PATCH"],
  ])("doesn't know %s %s, and says what it knows", async (method, path, allow) => {
    const answer = await service.send(method, path, method === "POST" ? {} : undefined);
    expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(answer.headers.get("allow")?.split(", ").toSorted().join(", ")).toBe(allow);
  });

  test.each([
    "a..b",
    ".a",
    "a.",
    "a%20b",
    "a%2Fb",
    "a%7Bb%7D",
    "a:b",
    "*",
    "%2E%2E%2Fetc",
    "ä",
    "%ZZ",
    "%00",
    "%F0%9F%98%80",
    "a".repeat(257),
  ])("with the namespace %j is refused", async (namespace) => {
    const listed = await service.send("GET", memoriesOf(namespace));
    expect(listed).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(fieldsOf(listed.body)).toContain("ns");
    const written = await service.send("POST", memoriesOf(namespace), {
      content: "x",
      memory_type: "semantic",
    });
    expect(written).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });

  test("with the id of another namespace's memory finds nothing", async () => {
    const memory = await remember(service, newNamespace(), { content: "mine" });
    const elsewhere = pathOf({ namespace: newNamespace(), id: memory.id });
    for (const [method, body] of [["GET"], ["DELETE"], ["PATCH", { trust_score: 0 }]] as const) {
      const answer = await service.send(method, elsewhere, body);
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    expect((await service.send("GET", pathOf(memory))).status).toBe(200);
  });

  test("with an id that is none is refused", async () => {
    const { namespace, id } = await remember(service, newNamespace(), { content: "mine" });
    for (const wrong of [
      "1",
      id.toLowerCase(),
      `${id}0`,
      id.slice(1),
      `${id}%20`,
      "*",
      "%2A",
      "batch",
      "I".repeat(26),
    ]) {
      const answer = await service.send("GET", `${memoriesOf(namespace)}/${wrong}`);
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(fieldsOf(answer.body)).toEqual(["id"]);
    }
  });
});

function fieldsOf(body: unknown): string[] {
  const { errors = [] } = body as { errors?: { field: string }[] };
  return [...new Set(errors.map(({ field }) => field))].toSorted();
}
