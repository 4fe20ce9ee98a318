import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { afterAll, expect, inject, test } from "vitest";
import { ANONYMOUS } from "../../src/domain/context.js";
import type { AppEnv } from "../../src/http/env.js";
import { idempotent } from "../../src/http/middleware/idempotency.js";
import { limitLoad } from "../../src/http/middleware/limit-load.js";
import { respondProblem } from "../../src/http/problem.js";
import { createAuditLog } from "../../src/redis/audit/audit-log.js";
import { createAuditor } from "../../src/redis/audit/auditor.js";
import { createGateway, createRedisClient } from "../../src/redis/connection/client.js";
import { createAnswerStore } from "../../src/redis/idempotency/index.js";
import { createKeys } from "../../src/redis/keys.js";

const client = createRedisClient({ url: inject("redisUrl") });
await client.connect();
const redis = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });
const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
const audit = createAuditLog(createAuditor(redis, keys, 1_000_000));
afterAll(() => client.destroy());

/** The middleware before an act whose answers a test decides, one turn at a time. */
function startApp() {
  const app = new Hono<AppEnv>();
  const acts: { again: boolean | undefined; answer: (status: number) => void }[] = [];
  app.onError((error, c) => respondProblem(c, error, "r", undefined));
  app.use((c, next) => {
    c.set("actor", ANONYMOUS);
    c.set("route", { pattern: "/act", exists: true, traits: { lane: "search" } });
    return next();
  });
  const answers = createAnswerStore(redis, keys);
  app.use(idempotent({ answers, audit, now: Date.now, onUnkept: () => expect.unreachable() }));
  app.use(limitLoad({ searches: 1, queueMs: 1 }, { overloaded: () => {} }));
  app.post("/act", async (c) => {
    const status = await new Promise<number>((answer) => {
      acts.push({ again: c.get("again"), answer });
    });
    return new Response(String(status), { status });
  });
  const send = async (key: string, body = "one") =>
    app.request("/act", { method: "POST", body, headers: { "idempotency-key": key } }, {});
  /** Sends a request and lets its act answer so. */
  const answered = async (key: string, status: number, body?: string) => {
    const sent = send(key, body);
    await expect.poll(() => acts.length, { timeout: 5_000 }).toBe(1);
    const act = acts.pop();
    act?.answer(status);
    expect((await sent).status).toBe(status);
    return act?.again;
  };
  return { acts, send, answered };
}

test.each([401, 403, 429])(
  "a try that is refused by %i leaves it known that one before it may have acted",
  async (status) => {
    const { send, answered } = startApp();
    const key = randomUUID();
    expect(await answered(key, 500)).toBe(false);
    expect(await answered(key, status)).toBe(true);
    expect((await send(key, "another")).status).toBe(422);
    expect(await answered(key, 200)).toBe(true);
  },
);

test("a first try that is refused leaves its key to any request", async () => {
  const { answered } = startApp();
  const key = randomUUID();
  expect(await answered(key, 403)).toBe(false);
  expect(await answered(key, 200, "another")).toBe(false);
});

test("a request that has no turn leaves its key to any request, unless a try before it may have acted", async () => {
  const { acts, send, answered } = startApp();
  const [key, known] = [randomUUID(), randomUUID()];
  expect(await answered(known, 500)).toBe(false);
  const first = send(randomUUID());
  await expect.poll(() => acts.length, { timeout: 5_000 }).toBe(1);
  for (const each of [key, known]) {
    const refused = await send(each);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "overloaded" });
  }
  acts.pop()?.answer(200);
  expect((await first).status).toBe(200);
  expect(await answered(key, 200, "another")).toBe(false);
  expect((await send(known, "another")).status).toBe(422);
  expect(await answered(known, 200)).toBe(true);
});
