import { expect, inject, onTestFinished, test } from "vitest";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import { createTermCounts } from "../../../src/redis/search/term-counts.js";
import { newNamespace, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });

test("a term whose count is known is counted also where all that is known is dropped meanwhile", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "harbour" });
  const client = createRedisClient({ url: inject("redisUrl") });
  await client.connect();
  onTestFinished(() => client.destroy());
  const options = { timeoutMs: 60_000, onMissingIndex: () => {}, observe: () => {} };
  const countIn = createTermCounts(createGateway(client, options), createKeys(service.prefix));
  const scopes = [{ root: namespace, below: false }];
  // One more than are kept.
  for (let from = 0; from < 20_000; from += 500)
    await countIn(
      scopes,
      Array.from({ length: 500 }, (_, index) => `w${from + index}`),
    );
  await countIn(scopes, ["harbour"]);
  const found = await countIn(scopes, ["harbour", "another"]);
  expect([found("harbour"), found("another"), found("w1")]).toEqual([1, 0, 0]);
});
