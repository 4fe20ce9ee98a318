import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { listAll, newNamespace, post } from "../support/acts/memories.js";
import { startWithRedis } from "../support/redis/with-redis.js";

const { service, redis } = await startWithRedis();

test("an answer as commit cf82f9c stored it isn't replayed, and its request isn't done a second time", async () => {
  const namespace = newNamespace();
  const options = { headers: { "idempotency-key": randomUUID() } };
  const ask = () => post(service, namespace, { content: "The old code is 8842." }, options);
  expect((await ask()).status).toBe(201);
  const [answer, ...others] = await redis.keys(`${service.prefix}:answer:*`);
  expect(others).toEqual([]);
  // Commit cf82f9c stored these three fields, and nothing besides that says what the answer contains.
  await redis.hDel(String(answer), "noted");
  expect(Object.keys(await redis.hGetAll(String(answer))).toSorted()).toEqual(["answer", "request", "token"]);

  const again = await ask();
  expect(again).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(again.text).not.toContain("8842");
  expect((await listAll(service, namespace)).map(({ seen_count }) => seen_count)).toEqual([1]);
});
