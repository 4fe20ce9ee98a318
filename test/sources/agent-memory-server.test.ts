import type { RedisJSON } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { listAll, newNamespace } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import { useService } from "../support/service/service.js";
import { foreignKeys, importFrom, importThrice } from "./run.js";

// Its keys and the service's are in one Redis.
const server = await startRedis();
afterAll(() => server.stop());
const service = await useService({ REDIS_URL: server.url });
const redis = await connectOnce({ url: server.url });
afterAll(() => redis.destroy());

const SOURCE = "agent-memory-server";

/** A long-term record as version 0.15 stores it: `_memory_to_data` of its memory_vector_db.py, with a vector. */
const hash = (id: string, fields: Readonly<Record<string, string>>) =>
  redis.hSet(`memory_idx:${id}`, {
    id_: id,
    session_id: "",
    user_id: "",
    namespace: "",
    memory_type: "semantic",
    extraction_strategy: "discrete",
    extraction_strategy_config: "{}",
    metadata: "{}",
    topics: "",
    entities: "",
    memory_hash: "0123",
    discrete_memory_extracted: "t",
    pinned: "0",
    access_count: "0",
    extracted_from: "",
    created_at: "1719000000.123456",
    last_accessed: "1719000001.5",
    updated_at: "1719000002.0",
    vector: Buffer.from(new Float32Array([0.1, -0.2, 0.3]).buffer),
    ...fields,
  });

/** A session as `set_working_memory` stores it. */
const session = (id: string, fields: Readonly<Record<string, RedisJSON>>): Record<string, RedisJSON> => ({
  messages: [],
  memories: [],
  context: null,
  user_id: "anna",
  tokens: 12,
  session_id: id,
  namespace: "shop",
  ttl_seconds: 3600,
  data: {},
  long_term_memory_strategy: { strategy: "discrete", config: {} },
  last_accessed: 1719000000,
  created_at: 1719000000,
  updated_at: 1719000100,
  ...fields,
});

const message = (id: string, role: string, content: string, persisted: string | null = null) => ({
  role,
  content,
  id,
  created_at: "2024-06-21T20:00:00.250000Z",
  persisted_at: persisted,
  discrete_memory_extracted: "f",
});

beforeAll(async () => {
  await hash("01A", {
    text: "Anna prefers tea.",
    user_id: "anna",
    namespace: "shop",
    session_id: "s1",
    topics: "drinks,taste",
    entities: "Anna",
    pinned: "1",
    access_count: "7",
    metadata: '{"lang": "en"}',
  });
  await hash("01B", {
    text: "Anna moved to Linz.",
    user_id: "anna",
    memory_type: "episodic",
    event_date: "62208000.0",
    extracted_from: "m1,m2",
  });
  await hash("01C", {
    text: "user: Where is the depot?",
    memory_type: "message",
    session_id: "s1",
    user_id: "anna",
  });
  await hash("01D", { text: " ", user_id: "bela" });
  await hash("01E", { text: "Bela prefers coffee.", user_id: "bela", created_at: "nan", topics: "a|b" });
  await redis.hSet("memory_idx:other", { unknown: "1" });
  await redis.json.set(
    "working_memory:shop:anna:s1",
    "$",
    session("s1", {
      messages: [
        message("m1", "user", "The depot is in Graz."),
        message("m2", "assistant", "Noted."),
        message("m3", "tool", "{}"),
        message("m4", "user", "Kept already.", "2024-06-21T20:00:01Z"),
        message("m5", "user", ""),
      ],
      memories: [
        {
          id: "01F",
          text: "The depot is in Graz.",
          memory_type: "semantic",
          topics: ["places"],
          persisted_at: null,
        },
        {
          id: "01A",
          text: "Anna prefers tea.",
          memory_type: "semantic",
          persisted_at: "2024-06-21T20:00:01Z",
        },
      ],
      context: "They spoke of the shop.",
      data: { cart: [1] },
    }),
  );
  await redis.expire("working_memory:shop:anna:s1", 3600);
  // As versions before 0.12 stored it.
  await redis.set(
    "working_memory:s2",
    JSON.stringify(session("s2", { messages: [message("m6", "user", "An old one.")] })),
  );
  await redis.set("working_memory:migration:complete", "true");
  await redis.set("working_memory:broken", "{");
});

test("long-term records and sessions are read in place, and nothing is written", async () => {
  const before = await foreignKeys(redis, service.prefix);
  const expected = { made: 9, skipped: 9, failed: 0 };
  const memories = await importThrice(service, SOURCE, server.url, expected);
  expect(await foreignKeys(redis, service.prefix)).toEqual(before);
  const of = (content: string) => memories.filter((memory) => memory.content === content);
  expect(of("Anna prefers tea.")).toEqual([
    expect.objectContaining({
      memory_type: "semantic",
      session_id: `${SOURCE}/shop/anna/s1`,
      timestamp: "2024-06-21T20:00:00.123Z",
      pinned: true,
      tags: ["drinks", "taste"],
      metadata: {
        source: SOURCE,
        source_ref: `${SOURCE}/01A`,
        trust_class: "import",
        user_id: "anna",
        namespace: "shop",
        entities: ["Anna"],
        access_count: 7,
        last_accessed: "2024-06-21T20:00:01.500Z",
        agent_memory_server: { lang: "en" },
      },
    }),
  ]);
  expect(of("Anna moved to Linz.")[0]).toMatchObject({
    memory_type: "episodic",
    timestamp: "1971-12-22T00:00:00.000Z",
    metadata: { extracted_from: ["m1", "m2"] },
  });
  expect(of("User: Where is the depot?")[0]).toMatchObject({
    memory_type: "episodic",
    session_id: `${SOURCE}//anna/s1`,
    metadata: { role: "user" },
  });
  expect(of("User: The depot is in Graz.")[0]).toMatchObject({
    timestamp: "2024-06-21T20:00:00.250Z",
    metadata: { user_id: "anna", namespace: "shop", role: "user" },
  });
  expect(of("The depot is in Graz.")[0]).toMatchObject({ memory_type: "semantic", tags: ["places"] });
  expect(of("They spoke of the shop.")[0]).toMatchObject({ metadata: { context: true } });
  expect(of("User: An old one.")).toHaveLength(1);
  expect(of("Bela prefers coffee.")[0]).toMatchObject({ tags: ["a", "b"] });
});

test("of one user only what is his", async () => {
  const into = newNamespace();
  const report = await importFrom(service, SOURCE, server.url, into, { user: "bela" });
  expect(report).toMatchObject({ made: 1, failed: 0, several_users: false });
  expect((await listAll(service, into)).map(({ content }) => content)).toEqual(["Bela prefers coffee."]);
});

test("sessions of two users under one name stay two, and each message is stored", async () => {
  const hi = { role: "user", content: "Hi", created_at: "2024-06-21T20:00:00Z" };
  const owners = [
    ["shop", "anna"],
    ["shop", "bela"],
    ["shop/anna", undefined],
  ] as const;
  const keys = owners.map((owner) => `working_memory:${owner.join(":")}:default`);
  for (const [index, [namespace, user = null]] of owners.entries())
    await redis.json.set(
      keys[index] ?? "",
      "$",
      session("default", { namespace, user_id: user, messages: [hi] }),
    );
  const into = newNamespace();
  const options = { keyPrefix: "none:" };
  await importFrom(service, SOURCE, server.url, into, { ...options, user: "anna" });
  const report = await importFrom(service, SOURCE, server.url, into, options);
  await redis.del(keys);
  expect(report.several_users).toBe(true);
  const said = (await listAll(service, into)).filter(({ content }) => content === "User: Hi");
  expect(said.map(({ session_id }) => session_id).toSorted()).toEqual([
    `${SOURCE}/shop%2Fanna//default`,
    `${SOURCE}/shop/anna/default`,
    `${SOURCE}/shop/bela/default`,
  ]);
});

test("hostile records fail alone", async () => {
  const prefix = "hostile:";
  await redis.hSet(`${prefix}1`, {
    id_: "1",
    text: "Good.",
    metadata: "[1",
    topics: ",".repeat(100_000),
    pinned: "x",
  });
  await redis.hSet(`${prefix}2`, {
    id_: "2",
    text: "Deep.",
    metadata: `{"a":${"[".repeat(3000)}${"]".repeat(3000)}}`,
  });
  await redis.hSet(`${prefix}3`, {
    id_: "3".repeat(100_000),
    text: "\u0000\u202e",
    created_at: "1e999",
    event_date: "-1",
  });
  await redis.hSet(`${prefix}4`, { id_: "4", text: "x".repeat(33 * 1024 * 1024) });
  await redis.json.set("working_memory:hostile", "$", { messages: { length: 5 }, session_id: ["x"] });
  const into = newNamespace();
  const report = await importFrom(service, SOURCE, server.url, into, { keyPrefix: prefix });
  await redis.del("working_memory:hostile");
  const reasons = Object.keys(report.reasons.failed).join("\n");
  expect(reasons).toMatch(/it exceeds 32 MiB/);
  expect(reasons).toMatch(/its session_id is missing/);
  expect(reasons).toMatch(/metadata/);
  expect(report.failed).toBe(3);
  const contents = (await listAll(service, into)).map(({ content }) => content);
  expect(contents).toContain("Good.");
});
