import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace } from "../support/acts/memories.js";
import { connectHttp } from "../support/mcp-clients.js";
import type { McpClient } from "../support/mcp-clients.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

let service: Service;
let root: Service;
const clients: McpClient[] = [];
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service)).key);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await service.stop();
});

async function clientFor(namespace: string, verbs: readonly string[], place = true): Promise<McpClient> {
  const key = await keyFor(root, namespace, verbs, "mcp-agent");
  const client = await connectHttp({ url: service.url, key, ...(place ? { namespace } : {}) });
  clients.push(client);
  return client;
}

const namesOf = async (client: McpClient) => (await client.tools()).map(({ name }) => name);

/** One request as it goes over the wire, for what a client of the SDK doesn't do or show. */
function post(
  place: string,
  key: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${service.url}/mcp/${place}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify(message),
  });
}

const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const CALL = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "profile", arguments: { subject: "x" } },
};

test.each([
  [["read"], ["recall", "get_memory", "profile"]],
  [["write"], ["remember", "forget"]],
  [
    ["read", "write"],
    ["recall", "remember", "forget", "update_memory", "get_memory", "profile", "feedback"],
  ],
  [["admin"], []],
])("a key that may %j sees the tools that it may use", async (verbs, tools) => {
  const namespace = newNamespace();
  expect(await namesOf(await clientFor(namespace, verbs))).toEqual(tools);
  expect(await namesOf(await clientFor(namespace, verbs, false))).toEqual(tools);
});

test("a key that may only write stores a memory, and learns nothing of what was there", async () => {
  const namespace = newNamespace();
  const client = await clientFor(namespace, ["write"]);
  const stored = await client.call("remember", { content: "The cellar floods in spring." });
  expect(stored).toMatchObject({ isError: false });
  await expect(client.call("recall", { query: "cellar" })).rejects.toThrow("recall");
  const list = await root.send("GET", `/v1/namespaces/${namespace}/memories`);
  expect(list.body).toMatchObject({
    memories: [{ content: "The cellar floods in spring.", source_agent: "mcp-agent" }],
  });
});

test("a tool does nothing in a namespace that the key doesn't cover", async () => {
  const [mine, other] = [newNamespace(), newNamespace()];
  const client = await clientFor(mine, ["read", "write"], false);
  for (const [name, input] of [
    ["remember", { content: "x" }],
    ["profile", { subject: "x" }],
    ["forget", { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" }],
  ] as const) {
    expect(await client.call(name, { namespace: other, ...input })).toMatchObject({
      isError: true,
      text: expect.stringContaining("forbidden"),
    });
  }
});

test("each call is in the audit trail, with the key's agent", async () => {
  const namespace = newNamespace();
  const client = await clientFor(namespace, ["read", "write"]);
  await client.call("remember", { content: "Boots are size 43." });
  await client.call("recall", { query: "boots" });
  const trail = await root.send("GET", `/v1/audit?namespace=${namespace}`);
  const { entries } = trail.body as { entries: { verb: string; agent: string }[] };
  expect(entries.filter(({ agent }) => agent === "mcp-agent").map(({ verb }) => verb)).toEqual(
    expect.arrayContaining(["remember", "recall"]),
  );
});

test("without a key, the answer names the page that says how to get in", async () => {
  const answer = await fetch(`${service.url}/mcp/acme`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(401);
  const page = `${service.url}/.well-known/oauth-protected-resource/mcp/acme`;
  expect(answer.headers.get("www-authenticate")).toBe(`Bearer resource_metadata="${page}"`);
  expect(await (await fetch(page)).json()).toMatchObject({
    resource: `${service.url}/mcp/acme`,
    bearer_methods_supported: ["header"],
  });
});

test("a web page of another origin is refused, even with a key", async () => {
  const namespace = newNamespace();
  const key = await keyFor(root, namespace, ["read", "write"]);
  const ask = (headers: Record<string, string>) => post(namespace, key, LIST, headers);
  expect((await ask({ origin: "https://evil.example" })).status).toBe(403);
  expect((await ask({ "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await ask({ origin: service.url })).status).toBe(200);
  expect((await ask({})).status).toBe(200);
});

test("a call counts once against the rate limit of its key", async () => {
  const namespace = newNamespace();
  const { key } = await createKey(root, {
    agent: "slow",
    grants: [{ namespace, verbs: ["read", "write"] }],
    rate_limit_per_minute: 10,
  });
  const left: (string | null)[] = [];
  for (let index = 0; index < 3; index++) {
    const answer = await post(namespace, key, CALL);
    expect(await answer.text()).toContain("tokens");
    left.push(answer.headers.get("ratelimit-remaining"));
  }
  expect(left).toEqual(["9", "8", "7"]);
});

test("many calls in one request are refused, which would count as one", async () => {
  const namespace = newNamespace();
  const key = await keyFor(root, namespace, ["read"]);
  const answer = await post(namespace, key, [CALL, { ...CALL, id: 2 }]);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ field: "body" }] });
});

test("the server announces no notices of changed lists, which it can't send", async () => {
  const namespace = newNamespace();
  const key = await keyFor(root, namespace, ["read", "write"]);
  const params = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  };
  const answer = await post(namespace, key, { ...LIST, method: "initialize", params });
  const text = await answer.text();
  const { result } = JSON.parse(text.slice(text.indexOf("{"))) as { result: { capabilities: object } };
  const unchanging = { listChanged: false };
  expect(result.capabilities).toEqual({ tools: unchanging, prompts: unchanging, resources: unchanging });
});

test("no request keeps a stream open, and none writes but the log", async () => {
  const namespace = newNamespace();
  const key = await keyFor(root, namespace, ["read"]);
  const client = new Client(
    { name: "test", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`/mcp/${namespace}`, service.url), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  await expect(client.listen({ toolsListChanged: true })).rejects.toThrow(/subscription limit/i);
  await client.close();
  const lines = service.logs().trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
});

test.each(["a..b", "a/b", "UPPER case", "%00", "a.**"])("%j is no namespace of a path", async (place) => {
  const key = await keyFor(root, newNamespace(), ["read"]);
  const answer = await post(encodeURIComponent(place), key, LIST);
  expect(answer.status).toBe(400);
});
