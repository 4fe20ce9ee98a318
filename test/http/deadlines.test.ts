import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import type { AppEnv } from "../../src/http/env.js";
import { identifyRequest } from "../../src/http/middleware/identify.js";
import { limitLoad } from "../../src/http/middleware/limit-load.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { useService } from "../support/service/service.js";

const service = await useService();

const BUDGET_MS = 600;
/** What lateness leaves of it at least. */
const CAPPED_MS = 450;

/** Sends a recall whose body comes `delayMs` after its headers. */
async function recallLate(namespace: string, budget_ms: number, delayMs: number): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const sent = request(`${service.url}/v1/recall`, { method: "POST", headers });
  const answered = once(sent, "response");
  sent.flushHeaders();
  await sleep(delayMs);
  sent.end(JSON.stringify({ query: "lamp", namespaces: [namespace], budget_ms }));
  const [response] = (await answered) as [NodeJS.ReadableStream];
  return json(response);
}

test("a budget of time begins with the request's first byte, not when its body is there", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "the lamp is green" });
  expect(await recallLate(namespace, 10_000, 600)).toMatchObject({ hits: [{}] });
  expect(await recallLate(namespace, 500, 600)).toMatchObject({ hits: [], answerable: false });
});

test("a deadline comes so much earlier as answers were late before, but leaves three quarters of the budget", async () => {
  const app = new Hono<AppEnv>();
  app.use(identifyRequest());
  app.use((c, next) => {
    c.set("route", { pattern: "/", exists: true, traits: { lane: "search", budget: "body" } });
    c.set("actor", { agent: "a", keyId: null, grants: [], makers: [], human: false });
    return next();
  });
  app.use(limitLoad({ searches: 1, queueMs: 1000 }, { overloaded: () => {} }));
  let overdueMs = 90;
  app.post("/", async (c) => {
    const left = c.get("deadline")?.leftMs ?? 0;
    await sleep(left + overdueMs);
    return c.json({ left });
  });
  const server = serve({ fetch: app.fetch, port: 0 });
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const lefts = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let index = 0; index < count; index++) {
      const body = JSON.stringify({ budget_ms: BUDGET_MS });
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
      found.push(((await answer.json()) as { left: number }).left);
    }
    return found;
  };
  const [first = 0, ...later] = await lefts(6);
  // A machine that stalls makes any of them smaller: the largest of several says what was allowed.
  expect(first).toBeGreaterThan(CAPPED_MS);
  expect(Math.max(...later.slice(-2))).toBeLessThan(BUDGET_MS - 30);
  overdueMs = 400;
  const [, ...least] = await lefts(4);
  for (const left of least) expect(left).toBeGreaterThan(CAPPED_MS - 150);
  // What is in time again is known after a while.
  overdueMs = -1000;
  const calm = await lefts(60);
  expect(Math.max(...calm.slice(-20))).toBeGreaterThan(CAPPED_MS + 50);
});
