import { expect, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import { newNamespace, remember } from "../../support/acts/memories.js";
import { agent, agentIn, said } from "../../support/acts/trust.js";
import { startWithRedis } from "../../support/redis/with-redis.js";

const MOST = 20_000;

const { service, redis } = await startWithRedis();
const root = as(service, (await createKey(service, { agent: "root" })).key);

test("the registry remembers 20000 verdicts on an author's memories, and counts on", async () => {
  const namespace = newNamespace();
  const writer = await agentIn(root, service, "busy author", namespace);
  const reader = await agentIn(root, service, "reader", namespace);
  const votes = `${service.prefix}:agent-votes:{~system}:busy author`;
  const vote = (at: number) => [`${String(at).padStart(26, "0")}:0:someone`, `${at} confirmed`];
  for (let from = 0; from < MOST; from += 1000) {
    const some = Array.from({ length: 1000 }, (_, at) => vote(from + at + 1));
    await redis.hSet(votes, Object.fromEntries(some) as Record<string, string>);
  }
  await redis.hSet(`${service.prefix}:agent:{~system}:busy author`, { confirmed: String(MOST) });

  for (const content of ["The office is in Graz.", "The gate is open."]) {
    const memory = await remember(writer, namespace, { content });
    await said(reader, memory, "contradicted");
    await said(reader, memory, "confirmed");
  }
  expect(await redis.hLen(votes)).toBe(MOST);
  expect(await agent(root, "busy author")).toMatchObject({ confirmed: MOST + 2, contradicted: 0 });
  // What goes is old: one of several at random.
  const left = Object.values(await redis.hGetAll(votes)).map((value) => Number(value.split(" ")[0]));
  expect(left.filter((at) => at > MOST)).toHaveLength(2);
});
