import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenApi } from "../support/service/contract.js";
import { newNamespace, recall, remember } from "../support/acts/memories.js";
import type { TestRedis } from "../support/redis/start.js";
import { startRedis } from "../support/redis/start.js";
import { ROUTES } from "../support/service/routes.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

// A Redis of its own: a new index is scanned into from all keys, and those of all other tests would take long.
let redis: TestRedis;
let service: Service;
beforeAll(async () => {
  redis = await startRedis();
  service = await startService({ REDIS_URL: redis.url });
});
afterAll(async () => {
  await service.stop();
  await redis.stop();
});

describe("/openapi.json", () => {
  let document: OpenApi;
  beforeAll(async () => {
    document = (await service.send("GET", "/openapi.json")).body as OpenApi;
  });

  test("is a valid OpenAPI 3.1 document", async () => {
    const outcome = await new Validator().validate({ ...document });
    expect(outcome.errors ?? []).toEqual([]);
    expect(outcome.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test("describes every route, with a summary, its success and its refusals", () => {
    const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation).toHaveProperty("summary");
        if (path.startsWith("/v1/")) {
          expect(Object.keys(operation.responses)).toEqual(
            expect.arrayContaining(["400", "401", "403", "429", "503"]),
          );
        }
      }
    }
  });

  test("names every operation for generators, and groups it under a tag that is described", () => {
    const { tags } = document as unknown as { tags: readonly { name: string; description: string }[] };
    const described = new Set(tags.filter(({ description }) => description !== "").map(({ name }) => name));
    const operations = operationsOf(document);
    const names = operations.map(([, { operationId }]) => operationId);
    for (const [route, { operationId, tags: own = [] }] of operations) {
      expect(operationId, route).toMatch(/^[a-z][a-zA-Z]+$/);
      expect(own.length, route).toBeGreaterThan(0);
      for (const tag of own) expect(described, route).toContain(tag);
    }
    expect(new Set(names).size).toBe(names.length);
  });

  test("describes every parameter", () => {
    for (const [route, { parameters = [] }] of operationsOf(document)) {
      for (const { name, description } of parameters) expect(description, `${route} ${name}`).toBeTruthy();
    }
  });

  test("says that a key is optional at first, and which routes never take one", () => {
    const { security } = document as unknown as { security: unknown };
    expect(security).toEqual([{ apiKey: [] }, {}]);
    for (const [route, operation] of operationsOf(document)) {
      expect(operation.security, route).toEqual(ROUTES[route]?.need === "open" ? [] : undefined);
    }
  });

  test("says when to retry, and which version a memory has", () => {
    for (const [route, { responses }] of operationsOf(document)) {
      for (const [status, { headers = {} }] of Object.entries(responses)) {
        if (status === "429" || status === "503")
          expect(Object.keys(headers), route).toContain("Retry-After");
        if (status === "401") expect(Object.keys(headers), route).toContain("WWW-Authenticate");
      }
    }
    const { headers } = document.paths["/v1/namespaces/{ns}/memories/{id}"]?.["get"]?.responses["200"] ?? {};
    expect(Object.keys(headers ?? {})).toContain("ETag");
  });

  test("gives every field of a body a type", () => {
    const schemas = (document as unknown as { components: { schemas: Record<string, Schema> } }).components
      .schemas;
    for (const [name, { properties = {} }] of Object.entries(schemas)) {
      for (const [field, schema] of Object.entries(properties)) {
        // A schema without a type is any JSON, and says so.
        const anyJson = "description" in schema && /\bJSON\b/.test(String(schema.description));
        const typed = ["type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"].some(
          (key) => anyJson || key in schema,
        );
        expect(typed, `${name}.${field} has no type`).toBe(true);
      }
    }
  });

  test("whole numbers in a URL have their bounds in it, and one that is empty or none is refused by its name", async () => {
    const namespace = newNamespace();
    let numbers = 0;
    for (const [path, { get }] of Object.entries(document.paths)) {
      const parameters = (get as { parameters?: readonly Parameter[] } | undefined)?.parameters ?? [];
      for (const { name, in: place, schema } of parameters) {
        if (place !== "query" || schema?.type !== "integer") continue;
        numbers += 1;
        expect(schema, `${path} ${name}`).toMatchObject({
          minimum: expect.any(Number),
          maximum: expect.any(Number),
        });
        const url = path
          .replace("{ns}", namespace)
          .replace("{id}", "01JD8Q4V7K3W5N0R2T6Y9B1C4D")
          .replaceAll(/\{\w+\}/g, "x");
        for (const value of ["", "%20", "1e1", "x", "1.5"]) {
          const answer = await service.send("GET", `${url}?${name}=${value}`);
          expect(answer, `${path} ${name}=${value}`).toMatchObject({ status: 400 });
          const { errors } = answer.body as { errors: { field: string }[] };
          expect(errors.map(({ field }) => field)).toContain(name);
        }
      }
    }
    expect(numbers).toBeGreaterThan(15);
  });

  test("says what a context's parameters are", () => {
    const operation = document.paths["/v1/namespaces/{ns}/sessions/{sid}/context"]?.["get"] as
      | { parameters?: readonly Parameter[] }
      | undefined;
    const schemas = new Map(operation?.parameters?.map(({ name, schema }) => [name, schema]));
    expect(schemas.get("limit")).toMatchObject({ type: "integer", default: 10, minimum: 0, maximum: 100 });
    expect(schemas.get("namespace")).toMatchObject({ type: "array", maxItems: 32 });
  });
});

interface Described {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly security?: unknown;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

function operationsOf({ paths }: OpenApi): [route: string, operation: Described][] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): [string, Described] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

interface Parameter {
  readonly name: string;
  readonly description?: string;
  readonly in: string;
  readonly schema?: { readonly type?: string };
}

interface Schema {
  readonly properties?: Readonly<Record<string, object>>;
}

describe("/docs", () => {
  test("is a page whose policy allows nothing from elsewhere", async () => {
    const page = await service.send("GET", "/docs");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    for (const directive of policy.split(";").map((text) => text.trim())) {
      const [, ...sources] = directive.split(/\s+/);
      for (const source of sources)
        expect(["'none'", "'self'", "'unsafe-inline'", "data:"]).toContain(source);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  test("gets everything that it refers to from here", async () => {
    const { text } = await service.send("GET", "/docs");
    const references = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference]) => reference ?? "");
    expect(references.length).toBeGreaterThanOrEqual(3);
    for (const reference of references) {
      expect(reference).toMatch(/^\/(?!\/)/);
      const file = await service.send("GET", reference);
      expect(file.status).toBe(200);
      expect(file.headers.get("content-type")).toMatch(
        reference.endsWith(".css") ? /^text\/css/ : /javascript/,
      );
      expect(file.text.length).toBeGreaterThan(20);
    }
    expect(text).not.toMatch(/<script>|https?:\/\//);
  });
});

describe("the probes", () => {
  test("say that the process is alive and what it can do", async () => {
    expect(await service.send("GET", "/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    const { body } = await until(
      () => service.send("GET", "/readyz"),
      (answer) => (answer.body as { index: { status: string } }).index.status === "ok",
    );
    expect(body).toEqual({
      ready: true,
      redis: { status: "ok", warnings: [expect.objectContaining({ reason: "redis_keeps_nothing" })] },
      stopping: false,
      index: { status: "ok" },
      upgrade: { status: "ok" },
      embedder: { status: "off", model: null, detail: expect.stringContaining("keyword") },
      reranker: { status: "off" },
      archive: { status: "off" },
    });
  });

  test("measure requests by route, recall by stage, memories by type, and name no namespace", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "measured", memory_type: "procedural" });
    await recall(service, { query: "measured", namespaces: [namespace] });
    const { status, headers, text } = await service.send("GET", "/metrics");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^text\/plain/);
    expect(text).toMatch(
      /mneme_http_request_duration_seconds_count\{method="POST",route="\/v1\/namespaces\/:ns\/memories",status="201"\} 1\n/,
    );
    for (const stage of ["search", "fuse", "load"]) {
      expect(text).toMatch(
        new RegExp(`mneme_recall_stage_duration_seconds_count\\{stage="${stage}"\\} 1\\n`),
      );
    }
    expect(text).toMatch(/mneme_memories\{memory_type="procedural"\} 1\n/);
    expect(text).toMatch(/mneme_redis_up 1\n/);
    expect(text).toMatch(/mneme_redis_duration_seconds_count\{outcome="ok"\} [1-9]/);
    expect(text).not.toContain(namespace);
  });

  test("don't count a path that leads nowhere by its name: that would be a series for each", async () => {
    await service.send("GET", "/some/invented/path");
    const { text } = await service.send("GET", "/metrics");
    expect(text).not.toContain("invented");
  });
});
