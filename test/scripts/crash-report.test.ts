import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createClient } from "redis";
import { expect, test } from "vitest";
import { processIdentity } from "../../scripts/bootstrap/process-identity.mjs";
import { startRedis } from "../support/redis/start.js";
import { until } from "../support/service/service.js";

/** The log, and what may be kept beside it. */
function filesBeside(log: string): string[] {
  return readdirSync(dirname(log))
    .filter((name) => name.startsWith(basename(log)))
    .toSorted()
    .map((name) => join(dirname(log), name));
}

test.each([
  ["a segmentation fault", ["DEBUG", "SEGFAULT"]],
  ["a panic", ["DEBUG", "PANIC"]],
  ["an assertion", ["DEBUG", "ASSERT"]],
])("after %s the log of Redis holds no argument of a command", async (_, command) => {
  const redis = await startRedis({ debug: true });
  const client = createClient({ url: redis.url });
  client.on("error", () => {});
  await client.connect();
  const content = "The locker code is 5511.";
  await client.set("key", content);
  const { pid } = redis;
  await client.sendCommand([...command, content]).catch(() => {});
  client.destroy();
  await until(
    async () => processIdentity(pid),
    (identity) => identity === undefined,
  );
  const [log, ...others] = filesBeside(redis.log).map((file) => readFileSync(file, "utf8"));
  expect([log, ...others].join("\n")).not.toContain("5511");
  expect(log).toContain("Ready to accept connections");
  await redis.stop();
});
