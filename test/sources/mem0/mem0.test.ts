import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectOnce } from "../../../scripts/redis/server/connect.js";
import { listAll, newNamespace } from "../../support/acts/memories.js";
import { startRedis } from "../../support/redis/start.js";
import { findPython, runPython } from "../../support/run/python.js";
import { tempDir } from "../../support/run/temp-dir.js";
import { useService } from "../../support/service/service.js";
import { foreignKeys, importFrom, importThrice, runImport, startImport } from "../run.js";

// mem0's keys and the service's are in one Redis.
const server = await startRedis();
afterAll(() => server.stop());
const service = await useService({ REDIS_URL: server.url });
const redis = await connectOnce({ url: server.url });
afterAll(() => redis.destroy());

describe.skipIf(findPython() === undefined)("what mem0 itself has stored", () => {
  const home = mkdtempSync(join(tmpdir(), "mneme-mem0-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const exported = join(home, "anna.json");
  beforeAll(async () => {
    const { code, text } = await runPython([join(import.meta.dirname, "fill.py"), server.url, exported], {
      requirements: join(import.meta.dirname, "requirements.txt"),
      env: { MEM0_DIR: home },
      cwd: home,
      timeoutMs: 280_000,
    });
    expect(code, text).toBe(0);
  });

  test("is read in place from its Redis, which isn't written to", async () => {
    const before = await foreignKeys(redis, service.prefix);
    const expected = { made: 4, skipped: 1, failed: 0 };
    const memories = await importThrice(service, "mem0", server.url, expected);
    expect(await foreignKeys(redis, service.prefix)).toEqual(before);
    expect(before.length).toBeGreaterThanOrEqual(5);
    const of = (content: string) => memories.find((memory) => memory.content === content);
    expect(of("Anna drinks tea.")).toMatchObject({
      memory_type: "semantic",
      session_id: null,
      metadata: { user_id: "anna", mem0: { city: "Graz", nested: { floor: 2 } } },
    });
    expect(of("Anna works at the depot in Linz.")).toMatchObject({
      session_id: "mem0/anna/run-7",
      metadata: { user_id: "anna", agent_id: "planner", run_id: "run-7", updated_at: expect.any(String) },
    });
    expect(of("Anna has the key until summer.")).toMatchObject({ valid_to: "2999-07-01T00:00:00.000Z" });
    const age = Date.now() - Date.parse(of("Bela drinks coffee.")?.timestamp ?? "");
    expect(age).toBeLessThan(600_000);
  });

  test("is read of one user only where that is said", async () => {
    const expected = { made: 3, skipped: 2, failed: 0 };
    const memories = await importThrice(service, "mem0", server.url, expected, { user: "anna" });
    expect(memories.map(({ metadata }) => metadata["user_id"])).toEqual(["anna", "anna", "anna"]);
  });

  test("is the same memories in its Redis and in what get_all gives", async () => {
    const memories = await importThrice(service, "mem0", exported, { made: 3, skipped: 1, failed: 0 });
    const [memory] = memories;
    const report = await importFrom(service, "mem0", server.url, memory?.namespace ?? "", { user: "anna" });
    expect(report).toMatchObject({ made: 0, seen: 3 });
  });
});

test("hashes that aren't mem0's and hostile ones are left, one by one", async () => {
  const prefix = "mem0:hostile";
  await redis.hSet(`${prefix}:a`, {
    memory_id: "a",
    memory: "A good one.",
    created_at: "9".repeat(400),
    metadata: "[",
  });
  await redis.hSet(`${prefix}:b`, { memory: "Without an id.", secret: "x" });
  await redis.hSet(`${prefix}:c`, { memory_id: "c", memory: " ", metadata: "{}" });
  await redis.hSet(`${prefix}:d`, {
    memory_id: "d",
    memory: "Deep.",
    metadata: `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`,
  });
  await redis.hSet(`${prefix}:e`, { memory_id: "e", memory: "x".repeat(33 * 1024 * 1024) });
  await redis.hSet(`${prefix}:\u001b[2J\u202e`, {
    memory_id: "\ud800 f",
    memory: "\u0000\u202eOdd.",
    user_id: "\n",
  });
  await redis.set(`${prefix}:g`, "no hash");
  await redis.hSet("mem0xhostile:h", { memory_id: "h", memory: "Of another prefix." });
  const into = newNamespace();
  const report = await importFrom(service, "mem0", server.url, into, { keyPrefix: prefix });
  expect(report).toMatchObject({ made: 2, skipped: 2, failed: 2 });
  expect(report.reasons.failed).toEqual({
    "it exceeds 32 MiB": 1,
    "metadata: Must not be nested deeper than 16 levels.": 1,
  });
  const contents = (await listAll(service, into)).map(({ content }) => content);
  expect(contents).toHaveLength(2);
  expect(contents).toContain("A good one.");
});

test("members that are null, and a record without an id, are no fault", async () => {
  const file = join(tempDir(), "export.json");
  const nothing = {
    hash: null,
    metadata: null,
    user_id: null,
    agent_id: null,
    run_id: null,
    updated_at: null,
  };
  const results = [
    {
      id: "1",
      memory: "One.",
      ...nothing,
      created_at: "2025-04-05T10:00:00-07:00",
      categories: ["food", null, "food"],
    },
    { id: null, memory: "Without an id.", ...nothing, categories: null, created_at: null },
    { id: "3", memory: null, ...nothing },
    { id: "4", memory: "It is over.", ...nothing, expiration_date: "2001-01-01" },
    "no record",
    { id: "6", memory: "How to pack.", metadata: { memory_type: "procedural_memory" }, run_id: 7 },
    { id: "7", memory: "What to pack.", user_id: "anna", run_id: 7 },
  ];
  writeFileSync(file, JSON.stringify({ count: 6, next: null, results }));
  const memories = await importThrice(service, "mem0", file, { made: 4, skipped: 2, failed: 1 });
  expect(memories.find(({ content }) => content === "One.")).toMatchObject({
    timestamp: "2025-04-05T17:00:00.000Z",
    tags: ["food"],
    metadata: { source_ref: "mem0/1" },
  });
  expect(memories.find(({ content }) => content === "How to pack.")).toMatchObject({
    memory_type: "procedural",
    session_id: "mem0/7",
  });
  expect(memories.find(({ content }) => content === "What to pack.")).toMatchObject({
    session_id: "mem0/anna/7",
  });
});

test("an import of a Redis that was killed half-way goes on where it was", async () => {
  const add = async (n: number) =>
    redis.hSet(`mem0:many:${n}`, {
      memory_id: `m${n}`,
      memory: `Parcel ${n} went to Linz.`,
      user_id: "anna",
    });
  await Promise.all(Array.from({ length: 2_000 }, (_, n) => add(n)));
  const into = newNamespace();
  const args = [server.url, "--from", "mem0", "--key-prefix", "mem0:many:", "--into", into];
  const child = startImport(service, args);
  let before = 0;
  while (before === 0 && child.exitCode === null)
    before = (await listAll(service, into, { limit: 200 })).length;
  child.kill("SIGKILL");
  await once(child, "close");
  const report = await importFrom(service, "mem0", server.url, into, { keyPrefix: "mem0:many:" });
  expect(report.seen).toBeGreaterThanOrEqual(before);
  expect(report.made).toBeGreaterThan(0);
  expect(report.made + report.seen).toBe(2_000);
  const again = await importFrom(service, "mem0", server.url, into, { keyPrefix: "mem0:many:" });
  expect(again).toMatchObject({ made: 0, seen: 2_000 });
});

test("wrong calls are refused in a sentence, which never holds a password", async () => {
  const refused = async (...args: string[]) => (await runImport(service, args)).stderr;
  const gone = "redis://anna:hunter2@127.0.0.1:1";
  const told = await refused(gone, "--from", "mem0", "--into", "a");
  expect(told).toMatch(/redis:\/\/127\.0\.0\.1:1 can't be reached/);
  expect(told).not.toMatch(/hunter2|anna/);
  expect(await refused(gone, "--into", "a")).toMatch(/Say with --from/);
  await expect(importFrom(service, "claude", gone, "a")).rejects.toThrow(/claude has no Redis/);
  const file = join(tempDir(), "a.json");
  writeFileSync(file, "[]");
  const wrong = importFrom(service, "mem0", file, "a", { keyPrefix: "x" });
  await expect(wrong).rejects.toThrow(/--key-prefix: only with the URL/);
  expect(await refused(file, "--from", "pam", "--user", "anna")).toMatch(/--user: not with --from pam/);
});
