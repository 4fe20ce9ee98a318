import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { startRedis } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";

const MAIN = fileURLToPath(new URL("../../dist/scripts/snapshot/main.js", import.meta.url));

async function snapshot(url: string, ...args: string[]) {
  const env = { PATH: process.env["PATH"], REDIS_URL: url };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

test("a snapshot of Redis is written to a file that another Redis loads, and overwrites none", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = await connectOnce({ url: redis.url });
  await client.set("held", "value");
  client.destroy();
  const file = join(tempDir(), "monday.rdb");
  expect(await snapshot(redis.url, file)).toMatchObject({ code: 0, output: expect.stringContaining(file) });

  const dir = join(tempDir(), "data");
  mkdirSync(dir);
  copyFileSync(file, join(dir, "dump.rdb"));
  const other = await startRedis({ dir });
  onTestFinished(() => other.stop());
  const loaded = await connectOnce({ url: other.url });
  expect(await loaded.get("held")).toBe("value");
  loaded.destroy();

  writeFileSync(file, "something else");
  expect(await snapshot(redis.url, file)).toMatchObject({ code: 1, output: expect.stringContaining(file) });
  expect(await snapshot(redis.url, "--help")).toMatchObject({ code: 1 });
  expect(existsSync("--help")).toBe(false);
});
