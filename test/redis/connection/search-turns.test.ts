import { expect, inject, test } from "vitest";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { askIndex } from "../../../src/redis/connection/ask-index.js";

const scope = (root: string) => [{ root, below: false }];

test("one namespace's many searches don't keep another one's waiting behind them all", async () => {
  const client = createRedisClient({ url: inject("redisUrl") });
  await client.connect();
  const gateway = createGateway(client, { timeoutMs: 5000, onMissingIndex: () => {}, observe: () => {} });
  const ended: string[] = [];
  const ask = async (root: string): Promise<void> => {
    // Any command will do: what counts is the turn.
    await askIndex(gateway, scope(root), ["ECHO", root]);
    ended.push(root);
  };
  await Promise.all([...Array.from({ length: 40 }, () => ask("busy")), ask("quiet"), ask("other")]);
  client.destroy();
  expect(ended).toHaveLength(42);
  // Four are with Redis already; then it is the turn of each in turns.
  expect(ended.indexOf("quiet")).toBeLessThan(12);
  expect(ended.indexOf("other")).toBeLessThan(12);
});
