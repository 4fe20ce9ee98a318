import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { subjectOf } from "../../src/domain/idempotency.js";
import { subjectsOf } from "../../src/http/middleware/idempotency-subjects.js";
import { createKeys } from "../../src/redis/keys.js";
import type { Memory } from "../support/acts/memories.js";
import { bodyOf, memoriesOf, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import { startWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await startWithRedis();
const keys = createKeys(service.prefix);
const keyed = () => ({ headers: { "idempotency-key": randomUUID() } });

/** Words that look like ids of memories. */
const idsOf = (count: number): string =>
  Array.from({ length: count }, (_, n) => n.toString().padStart(26, "0")).join(" ");

async function noted(): Promise<number> {
  let count = 0;
  for await (const page of redis.scanIterator({ MATCH: `${service.prefix}:answers-about:*`, COUNT: 1000 }))
    count += page.length;
  return count;
}

test("words that look like ids are text: an answer that repeats thousands of them notes nothing for them", async () => {
  const ns = newNamespace();
  const before = await noted();
  const state = `/v1/namespaces/${ns}/state/k`;
  expect((await service.send("PUT", state, { value: idsOf(9_000) }, keyed())).status).toBe(201);
  // The namespace and the state.
  expect(await noted()).toBe(before + 2);
  const memories = Array.from({ length: 8 }, (_, n) => ({
    memory_type: "semantic",
    content: `${n} ${idsOf(1_000)}`,
  }));
  const batch = await service.send("POST", `${memoriesOf(ns)}/batch`, { memories }, keyed());
  const { results } = bodyOf<{ results: { status: number }[] }>(batch, 200);
  expect(results.every(({ status }) => status === 201)).toBe(true);
  expect(await noted()).toBe(before + 2 + 8);
});

test("an act that is done is answered, even if its answer can't be kept", async () => {
  const ns = newNamespace();
  await redis.set(keys.answersOf(subjectOf.namespace(ns)), "no sorted set");
  const options = keyed();
  const send = () => service.send("POST", memoriesOf(ns), { memory_type: "semantic", content: "a" }, options);
  expect((await send()).status).toBe(201);
  // As after the death of a process: the claim has to end first.
  expect(await send()).toMatchObject({ status: 409, body: { code: "idempotency_busy" } });
});

test("more than an answer may refer to isn't noted, and neither is what its handler doesn't name", () => {
  const pattern = "/v1/namespaces/:ns/memories/batch";
  const route = { pattern, exists: true, traits: { lane: "write", shows: ["memories"] } } as const;
  const answered = { path: "/v1/namespaces/a/memories/batch", body: "", status: 200 };
  const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n));
  expect(subjectsOf(route, { ...answered, memories: ids(4_000) })).toHaveLength(4_001);
  expect(subjectsOf(route, { ...answered, memories: ids(5_000) })).toBeUndefined();
  expect(subjectsOf(route, { ...answered, memories: undefined })).toBeUndefined();
  expect(subjectsOf(route, { ...answered, status: 404, memories: undefined })).toHaveLength(1);
});

test("each route whose answer holds a memory names it, so that a retry gets the answer", async () => {
  const ns = newNamespace();
  const memory = await remember(service, ns, { content: "The pump leaks." });
  const at = pathOf(memory);
  const { version } = bodyOf<Memory>(await service.send("PATCH", at, { content: "It leaks." }), 200);
  expect(version).toBe(2);
  const asked: Readonly<Record<string, readonly [path: string, body: unknown]>> = {
    "POST /v1/namespaces/{ns}/memories": [memoriesOf(ns), { memory_type: "semantic", content: "a" }],
    "POST /v1/namespaces/{ns}/memories/batch": [
      `${memoriesOf(ns)}/batch`,
      { memories: [{ memory_type: "semantic", content: "b" }] },
    ],
    "POST /v1/namespaces/{ns}/memories/{id}/restore": [`${at}/restore`, { version: 1 }],
    "POST /v1/namespaces/{ns}/memories/{id}/feedback": [`${at}/feedback`, { outcome: "used", by: "agent" }],
    "POST /v1/namespaces/{ns}/memories/{id}/release": [`${at}/release`, {}],
    "POST /v1/namespaces/{ns}/memories/{id}/publish": [`${at}/publish`, { to: newNamespace() }],
    "POST /v1/namespaces/{ns}/interactions": [`/v1/namespaces/${ns}/interactions`, { input: "hello" }],
    "PUT /v1/namespaces/{ns}/items/{key}": [`/v1/namespaces/${ns}/items/k`, { content: "c" }],
  };
  const described = bodyOf<Described>(await service.send("GET", "/openapi.json"), 200);
  expect(Object.keys(asked).toSorted()).toEqual(routesThatShowMemories(described));
  for (const [route, [path, body]] of Object.entries(asked)) {
    const options = keyed();
    const send = () => service.send(route.startsWith("PUT") ? "PUT" : "POST", path, body, options);
    const first = await send();
    expect([route, first.status, first.text]).toEqual([route, expect.toSatisfy(isSuccess), first.text]);
    expect([route, (await send()).headers.get("idempotency-replayed")]).toEqual([route, "true"]);
  }
});

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Those that only read store no answer. */
const READING = new Set(["POST /v1/recall", "POST /v1/receipts/{id}/replay"]);

function routesThatShowMemories({ paths, components }: Described): string[] {
  const shows = (value: unknown, seen: Set<string>): boolean =>
    Array.from(
      JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g),
      ([, name = ""]) => name,
    ).some((name) => {
      if (name === "Memory") return true;
      if (seen.has(name)) return false;
      seen.add(name);
      return shows(components.schemas[name], seen);
    });
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      ["post", "put"].flatMap((method) => {
        const answers = Object.entries(operations[method]?.responses ?? {});
        return answers.some(([status, answer]) => status.startsWith("2") && shows(answer, new Set()))
          ? [`${method.toUpperCase()} ${path}`]
          : [];
      }),
    )
    .filter((route) => !READING.has(route))
    .toSorted();
}
