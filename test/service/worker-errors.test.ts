import { expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { startWithRedis } from "../support/redis/with-redis.js";
import { until } from "../support/service/service.js";

const { service, redis } = await startWithRedis();

/** The background workers that have failed, by the metrics. */
async function failed(): Promise<string[]> {
  const { text } = await service.send("GET", "/metrics");
  const samples = text.matchAll(/^mneme_worker_errors_total\{worker="(\w+)"\} [1-9]/gm);
  return Array.from(samples, ([, worker = ""]) => worker).toSorted();
}

test("metrics and the log tell a failed deletion from a failed erasure", async () => {
  const namespace = newNamespace();
  // What is left to delete, and then the list of erasures, aren't what they must be.
  await redis.set(`${service.prefix}:erasures:{${namespace}}`, "damaged");
  await redis.hSet(`${service.prefix}:erasure-due:{${namespace}}`, { at: "1", ns: namespace });
  await until(failed, (workers) => workers.length > 0);
  expect(await failed()).toEqual(["deletion"]);
  // A line of the log may come a moment after what it is about.
  await until(
    async () => service.logs(),
    (text) => text.includes("the deletion worker failed"),
  );
  expect(service.logs()).not.toContain("the erasure worker failed");

  await redis.set(`${service.prefix}:erasure-jobs-open:{~system}`, "damaged");
  await until(failed, (workers) => workers.length > 1);
  expect(await failed()).toEqual(["deletion", "erasure"]);
  await until(
    async () => service.logs(),
    (text) => text.includes("the erasure worker failed"),
  );
});
