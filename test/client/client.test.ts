import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createClient, MnemeError } from "@mneme/client";
import { rolldown } from "rolldown";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { SCHEMA_FILE, schemaOf } from "../../scripts/client-schema/generate.js";
import type { OpenApi } from "../../scripts/client-schema/generate.js";
import { freePort } from "../../scripts/redis/server/free-port.js";
import { newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

test("its types are those of the served document", async () => {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
  const stored = readFileSync(join(repositoryRoot(), SCHEMA_FILE), "utf8");
  expect(
    stored === (await schemaOf(document)),
    "run node scripts/run.mjs client-schema after a change of a route",
  ).toBe(true);
});

test("it stores, recalls, lists and deletes, and its answers are typed", async () => {
  const mneme = createClient({ url: service.url });
  const ns = newNamespace();
  const contents = Array.from({ length: 7 }, (_, n) => `Order ${n} is CX-${1000 + n}.`);
  for (const content of contents) {
    const { id, version } = await mneme.post("/v1/namespaces/{ns}/memories", {
      path: { ns },
      body: { content, memory_type: "semantic" },
    });
    expect([id.length, version]).toEqual([26, 1]);
  }
  const { hits } = await mneme.post("/v1/recall", { body: { query: "CX-1003", namespaces: [ns] } });
  expect(hits[0]?.memory.content).toBe(contents[3]);
  const listed: string[] = [];
  for await (const memory of mneme.items("/v1/list", { query: { namespace: ns, limit: 3 } })) {
    listed.push(memory.content);
  }
  expect(listed.toSorted()).toEqual(contents);
  let pages = 0;
  for await (const page of mneme.pages("/v1/list", { query: { namespace: ns, limit: 3 } })) {
    pages += 1;
    expect(page.memories.length).toBeLessThanOrEqual(3);
  }
  expect(pages).toBe(3);
  const key = "a/b ü%";
  const written = await mneme.put("/v1/namespaces/{ns}/state/{key}", {
    path: { ns, key },
    body: { value: { n: 1 } },
    ifNoneMatch: "*",
    durable: false,
  });
  expect(written).toMatchObject({ version: 1 });
  const stale = mneme.put("/v1/namespaces/{ns}/state/{key}", {
    path: { ns, key },
    body: { value: { n: 2 } },
    ifMatch: 9,
  });
  await expect(stale).rejects.toMatchObject({ status: 412 });
  expect(
    await mneme.delete("/v1/namespaces/{ns}/state/{key}", { path: { ns, key }, ifMatch: 1 }),
  ).toBeUndefined();
});

test("a refusal is an error with the fields of its problem details", async () => {
  const mneme = createClient({ url: service.url });
  const refused = await mneme
    .post("/v1/recall", { body: { query: "x", namespaces: ["a b"] } })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(MnemeError);
  expect(refused).toMatchObject({
    code: "invalid_request",
    status: 400,
    errors: [{ field: expect.stringMatching(/^namespaces\[0\]/) }],
  });
  expect((refused as MnemeError).requestId).toBe((refused as MnemeError).problem["request_id"]);
  expect((refused as MnemeError).requestId).toMatch(/^\S{16,}$/);
});

test("follows changes of state, over a connection that breaks off", async () => {
  const ns = newNamespace();
  const mneme = createClient({ url: service.url });
  let opened = 0;
  const cutting = createClient({
    url: service.url,
    fetch: async (input, init) => {
      opened += 1;
      const answer = await fetch(input, init);
      if (opened > 1 || answer.body === null) return answer;
      // The first stream ends after its first bytes that hold an event.
      const reader = answer.body.getReader();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { value } = await reader.read();
          if (value !== undefined) controller.enqueue(value);
          if (value !== undefined && new TextDecoder().decode(value).includes("data:")) {
            await reader.cancel();
            controller.error(new TypeError("terminated"));
          }
        },
      });
      return new Response(body, { status: answer.status, headers: answer.headers });
    },
  });
  const put = (n: number) =>
    mneme.put("/v1/namespaces/{ns}/state/{key}", { path: { ns, key: "k" }, body: { value: n } });
  const controller = new AbortController();
  const stream = cutting.events("/v1/namespaces/{ns}/state-changes", {
    path: { ns },
    signal: controller.signal,
  });
  const versions: number[] = [];
  const read = (async () => {
    for await (const { event, data } of stream) {
      expect(event).toBe("change");
      versions.push((JSON.parse(data) as { version: number }).version);
      if (versions.length === 4) controller.abort(new Error("enough"));
    }
  })();
  // From now on: the last event may come before the answer to the last write.
  const ended = expect(read).rejects.toThrow("enough");
  await expect.poll(() => opened).toBe(1);
  for (const n of [1, 2, 3, 4]) await put(n);
  await ended;
  expect(versions).toEqual([1, 2, 3, 4]);
  expect(opened).toBe(2);
});

/** A server that answers by a function; gives its URL. */
async function serverOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a stream's events may hold any character, blocks without data move its position, and silence ends it", async () => {
  const asked: unknown[] = [];
  const url = await serverOf((request, response) => {
    asked.push(request.headers["last-event-id"]);
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (asked.length === 1)
      response.write('id: 7\n\nevent: change\nid: 8\ndata: "a\u2028b\u2029c"\n\nid: 9\n\n');
    else response.write("event: change\nid: 10\ndata: 1\n\n");
  });
  const controller = new AbortController();
  const events: unknown[] = [];
  const mneme = createClient({ url, silenceMs: 300 });
  const { signal } = controller;
  for await (const event of mneme.events("/v1/namespaces/{ns}/state-changes", {
    path: { ns: "a" },
    signal,
  })) {
    events.push(event);
    if (events.length === 2) break;
  }
  expect(events).toEqual([
    { event: "change", id: "8", data: '"a\u2028b\u2029c"' },
    { event: "change", id: "10", data: "1" },
  ]);
  expect(asked).toEqual([undefined, "9"]);
});

test("a caller's own time limit of a request counts from the first request on", async () => {
  const url = await serverOf((_, response) => {
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"), 500);
  });
  const mneme = createClient({ url, connectTimeoutMs: 100 });
  await expect(mneme.get("/v1/whoami")).rejects.toMatchObject({ code: "timeout" });
  expect(await mneme.get("/v1/whoami", { timeoutMs: 60_000 })).toEqual({});
});

/** Where nothing listens. */
const closedUrl = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`;

function refuse(response: ServerResponse, status: number, code: string, headers = {}): void {
  response.writeHead(status, { "content-type": "application/problem+json", ...headers });
  response.end(JSON.stringify({ code, detail: "Later.", status }));
}

describe("a request is sent again", () => {
  test("after Retry-After, with the same idempotency key", async () => {
    const keys: unknown[] = [];
    const times: number[] = [];
    const url = await serverOf((request, response) => {
      keys.push(request.headers["idempotency-key"]);
      times.push(performance.now());
      if (keys.length < 3) return refuse(response, 503, "redis_unavailable", { "retry-after": "1" });
      response.writeHead(200, { "content-type": "application/json" }).end('{"hits":[]}');
    });
    const mneme = createClient({ url });
    await mneme.post("/v1/recall", { body: { query: "x", namespaces: ["a"] } });
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  test.each(["put", "post"] as const)("as the same %s, of which only one acts", async (method) => {
    const ns = newNamespace();
    let lost = 0;
    const mneme = createClient({
      url: service.url,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (lost++ > 0) return answer;
        await answer.text();
        throw new TypeError("terminated");
      },
    });
    const [path, body] = [{ ns, key: "k" }, { value: 1 }];
    if (method === "put")
      await mneme.put("/v1/namespaces/{ns}/state/{key}", { path, body, ifNoneMatch: "*" });
    else
      await mneme.post("/v1/namespaces/{ns}/state-transactions", {
        path: { ns },
        body: { operations: [{ op: "set", key: "k", value: 1 }] },
      });
    expect(lost).toBe(2);
    expect(await mneme.get("/v1/namespaces/{ns}/state/{key}", { path })).toMatchObject({ version: 1 });
  });

  test("as a DELETE, after which 404 means that it was done, unless it must be the version named", async () => {
    const statuses = [503, 404, 404, 503];
    const url = await serverOf((_, response) => refuse(response, statuses.shift() ?? 500, "later"));
    const mneme = createClient({ url });
    const path = { ns: "a", id: "x" };
    expect(await mneme.delete("/v1/namespaces/{ns}/memories/{id}", { path })).toBeUndefined();
    const absent = mneme.delete("/v1/namespaces/{ns}/memories/{id}", { path });
    await expect(absent).rejects.toMatchObject({ status: 404 });
    const named = mneme.delete("/v1/namespaces/{ns}/memories/{id}", { path, ifMatch: 1 });
    await expect(named).rejects.toMatchObject({ status: 503 });
    expect(statuses).toEqual([]);
  });

  test("not if it is a PATCH, which may have been done", async () => {
    let asked = 0;
    const url = await serverOf((_, response) => {
      asked += 1;
      refuse(response, 503, "redis_unavailable");
    });
    const patch = createClient({ url }).patch("/v1/namespaces/{ns}/memories/{id}", {
      path: { ns: "a", id: "x" },
      body: { importance: 1 },
    });
    await expect(patch).rejects.toMatchObject({ code: "redis_unavailable", status: 503 });
    expect(asked).toBe(1);
  });

  test("not beyond its time, nor where Retry-After is longer than that", async () => {
    let asked = 0;
    const url = await serverOf((_, response) => {
      asked += 1;
      refuse(response, 429, "rate_limited", { "retry-after": "60" });
    });
    const failure = createClient({ url }).get("/v1/whoami");
    await expect(failure).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 60_000 });
    expect(asked).toBe(1);
    const away = createClient({ url: await closedUrl(), connectTimeoutMs: 700 });
    const began = performance.now();
    await expect(away.get("/v1/whoami")).rejects.toMatchObject({ code: "unreachable", status: undefined });
    expect(performance.now() - began).toBeLessThan(5_000);
    await expect(away.get("/v1/whoami")).rejects.toThrow("ECONNREFUSED");
  });

  test("over a restart of the service", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const first = await startService({ REDIS_URL: redis.url });
    const { port } = new URL(first.url);
    const mneme = createClient({ url: first.url, retryForMs: 120_000 });
    await mneme.get("/v1/whoami");
    await first.kill9();
    const asked = mneme.get("/v1/whoami");
    const second = await startService({ REDIS_URL: redis.url, PORT: port });
    onTestFinished(() => second.kill9());
    expect((await asked).grants.length).toBeGreaterThan(0);
  });
});

test("a caller's abort ends a request and its pauses, with the caller's reason", async () => {
  const url = await serverOf(() => {});
  const mneme = createClient({ url });
  const reason = new Error("not any more");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 100);
  await expect(mneme.get("/v1/whoami", { signal: controller.signal })).rejects.toBe(reason);
  await expect(mneme.get("/v1/whoami", { timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
  const away = createClient({ url: await closedUrl() });
  const signal = AbortSignal.timeout(300);
  await expect(away.get("/v1/whoami", { signal })).rejects.toMatchObject({ name: "TimeoutError" });
});

test.each([
  [{ url: "nowhere" }, "url"],
  [{ url: "ftp://127.0.0.1" }, "url"],
  [{ url: "http://127.0.0.1", timeoutMs: 0 }, "timeoutMs"],
  [{ url: "http://127.0.0.1", retryForMs: -1 }, "retryForMs"],
  [{ url: "http://127.0.0.1", apikey: "x" }, "no option apikey"],
])("refuses the options %j", (options, reason) => {
  expect(() => createClient(options)).toThrow(reason);
});

test("is small, and needs nothing of Node", async () => {
  const bundle = await rolldown({ input: "@mneme/client", platform: "browser", cwd: repositoryRoot() });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const [{ code }] = output;
  expect(output).toHaveLength(1);
  // Missing on pages that came by plain HTTP.
  expect(code).not.toContain("randomUUID");
  expect(code).not.toMatch(/\bnode:|\brequire\(|\bprocess\b|\bBuffer\b/);
  expect(code.length).toBeLessThan(9_000);
  expect(gzipSync(code).length).toBeLessThan(3_800);
});
