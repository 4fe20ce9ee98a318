import { expect, test } from "vitest";
import { join } from "node:path";
import { as, createKey } from "../../support/acts/access.js";
import { forge, linesOf, mneme } from "../../support/acts/backup.js";
import { newNamespace, remember } from "../../support/acts/memories.js";
import { agent, agentIn, said } from "../../support/acts/trust.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { tempDir } from "../../support/run/temp-dir.js";

const MOST = 20_000;

const { service, redis } = await startWithRedis();
const { key } = await createKey(service, { agent: "root" });
const root = as(service, key);

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

test("an import that brings more verdicts than the registry remembers changes nothing the second time", async () => {
  const file = join(tempDir(), "votes.jsonl");
  const args = ["--namespace", newNamespace()];
  expect(await mneme(service, ["export", "--out", file, ...args], key)).toMatchObject({ code: 0 });
  // Each newer than the one before in a part, and the parts mixed, as a scan of a hash gives them.
  const parts = Array.from({ length: 12 }, (_, part) => ({
    kind: "votes",
    agent: "judged author",
    votes: Array.from({ length: 2000 }, (__, at) => {
      const time = 1 + (((at * 12 + part) * 7919) % 24_000);
      const verdict = time % 3 === 0 ? "contradicted" : "confirmed";
      return { id: `${String(time).padStart(26, "0")}:0:someone`, at: time, verdict, administration: null };
    }),
  }));
  forge(file, [...linesOf(file), ...parts]);
  const bring = () => mneme(service, ["import", file], key);
  const first = await bring();
  expect(first, first.stderr).toMatchObject({ code: 0 });
  const counted = await agent(root, "judged author");
  expect(counted.confirmed + counted.contradicted).toBeGreaterThanOrEqual(MOST);
  const again = await bring();
  expect(again.stderr).toContain("votes: unchanged 12");
  expect(await agent(root, "judged author")).toEqual(counted);
});
