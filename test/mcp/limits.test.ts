import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import { newNamespace } from "../support/acts/memories.js";
import { connectHttp } from "../support/mcp-clients.js";
import type { McpClient } from "../support/mcp-clients.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

/** Requests of the API that come with a call: see `http/mcp/routes.ts`. */
const WITH_CALL = 5;

const WAIT = { timeout: 20_000, interval: 50 };

let service: Service;
let root: Service;
const clients: McpClient[] = [];
beforeAll(async () => {
  // A request for which no place is free is refused soon, so that a test sees it.
  service = await startService({ MNEME_MCP_TOOLS: "reference", MNEME_QUEUE_MS: "1" });
  root = as(service, (await createKey(service)).key);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await service.stop();
});

async function keyWith(namespace: string, perMinute?: number): Promise<string> {
  const grants = [{ namespace, verbs: ["read", "write"] }];
  const limit = perMinute === undefined ? {} : { rate_limit_per_minute: perMinute };
  return (await createKey(root, { agent: "graph-agent", grants, ...limit })).key;
}

async function clientOf(namespace: string, perMinute?: number): Promise<McpClient> {
  const key = await keyWith(namespace, perMinute);
  const client = await connectHttp({ url: service.url, namespace, key });
  clients.push(client);
  return client;
}

const likes = (namespace: string, subject: string, count: number): Promise<void> =>
  says(namespace, subject, "likes", count);

async function says(namespace: string, subject: string, predicate: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    const memories = Array.from({ length: Math.min(100, count - first) }, (_, index) => ({
      memory_type: "semantic",
      fact: { subject, predicate, object: `Thing ${first + index}` },
    }));
    const path = `/v1/namespaces/${namespace}/memories/batch`;
    expect((await root.send("POST", path, { memories })).status).toBe(200);
  }
}

async function left(namespace: string, subject: string): Promise<number> {
  let count = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const path = `/v1/namespaces/${namespace}/memories?limit=200&fact_subject=${subject}${from}`;
    const { body } = await root.send("GET", path);
    const page = body as { memories: unknown[]; cursor: string | null };
    count += page.memories.length;
    cursor = page.cursor;
  }
  return count;
}

test("requests beyond the first few of a call count against the key's limit, and the model is told", async () => {
  const namespace = newNamespace();
  await likes(namespace, "Bela", 60);
  const limit = 20;
  const client = await clientOf(namespace, limit);
  const answer = await client.call("delete_entities", { entityNames: ["Bela"] });
  expect(answer).toMatchObject({ isError: true });
  expect(answer.text).toContain(`limit of ${limit} requests a minute`);
  expect(answer.text).toMatch(/Try again in \d+ s\./);
  const deleted = 60 - (await left(namespace, "Bela"));
  expect(answer.text).toContain(`${deleted} of 60 facts were deleted`);
  // The client's requests before the call, the call itself, and three questions come first.
  expect(deleted).toBeLessThanOrEqual(limit - 1 + WITH_CALL - 3);
  expect(deleted).toBeGreaterThan(0);
});

test("a question about many names is few requests", async () => {
  const namespace = newNamespace();
  const client = await clientOf(namespace, 30);
  const names = Array.from({ length: 60 }, (_, index) => `Person ${index}`);
  const entities = names.map((name) => ({ name, entityType: "person", observations: [`${name} is here.`] }));
  expect(await client.call("create_entities", { entities })).toMatchObject({ isError: false });
  const observations = names.map((entityName) => ({
    entityName,
    contents: [`${entityName} is here.`, "Sings."],
  }));
  const added = names.map((entityName) => ({ entityName, addedObservations: ["Sings."] }));
  const adding = await client.call("add_observations", { observations });
  expect(adding).toMatchObject({ isError: false, data: { results: added } });
  const relations = names.map((from, index) => ({
    from,
    to: names[(index + 1) % names.length],
    relationType: "knows",
  }));
  expect((await client.call("create_relations", { relations })).data).toEqual({ relations });
  expect((await client.call("create_relations", { relations })).data).toEqual({ relations: [] });
});

test("an entity with thousands of observations doesn't hide another one of the call", async () => {
  const namespace = newNamespace();
  await says(namespace, "Beta", "observation", 1);
  await says(namespace, "Alpha", "observation", 2_050);
  const client = await clientOf(namespace);
  const observations = ["Alpha", "Beta"].map((entityName) => ({ entityName, contents: ["Sings."] }));
  const results = ["Alpha", "Beta"].map((entityName) => ({ entityName, addedObservations: ["Sings."] }));
  expect((await client.call("add_observations", { observations })).data).toEqual({ results });
});

test("a call ends when its client has gone", async () => {
  const namespace = newNamespace();
  await likes(namespace, "Bela", 1500);
  const newest = await root.send("GET", `/v1/namespaces/${namespace}/memories?limit=1`);
  const [first] = (newest.body as { memories: { id: string }[] }).memories;
  const client = new AbortController();
  const call = fetch(`${service.url}/mcp/${namespace}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await keyWith(namespace)}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "delete_entities", arguments: { entityNames: ["Bela"] } },
    }),
    signal: client.signal,
  }).then((answer) => answer.text());
  const ended = expect(call).rejects.toThrow();
  await vi.waitFor(async () => {
    const answer = await root.send("GET", `/v1/namespaces/${namespace}/memories/${first?.id}`);
    expect(answer.status).toBe(404);
  }, WAIT);
  client.abort();
  await ended;
  // The count stays what it is once the last deletion that was under way is done.
  let before = -1;
  await vi.waitFor(async () => {
    const now = await left(namespace, "Bela");
    const same = now === before;
    before = now;
    expect(same).toBe(true);
  }, WAIT);
  expect(before).toBeGreaterThan(0);
});

test("calls that make many requests take their turn among those that go through a namespace", async () => {
  const namespace = newNamespace();
  const names = Array.from({ length: 12 }, (_, index) => `Person${index}`);
  for (const name of names) await likes(namespace, name, 60);
  const client = await clientOf(namespace);
  const answers = await Promise.all(
    names.map((name) => client.call("delete_entities", { entityNames: [name] })),
  );
  for (const { isError, text } of answers) if (isError) expect(text).toContain("overloaded");
  const { text: metrics } = await root.send("GET", "/metrics");
  const walks = /^mneme_overloaded_requests_total\{lane="walk"\} (\d+)$/m.exec(metrics);
  expect(Number(walks?.[1])).toBeGreaterThan(0);
  // One at a time is never refused.
  for (const name of names) {
    expect(await client.call("delete_entities", { entityNames: [name] })).toMatchObject({ isError: false });
  }
});
