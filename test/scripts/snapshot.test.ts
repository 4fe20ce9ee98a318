import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { provideRedis } from "../../scripts/redis/provide.js";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { startRedis } from "../support/redis/start.js";
import { tempDir } from "../support/run/temp-dir.js";

const { PATH, HOME, XDG_CACHE_HOME } = process.env;

const snapshot = (url: string, ...args: string[]) => run("snapshot", { PATH, REDIS_URL: url }, ...args);

async function run(name: string, env: NodeJS.ProcessEnv, ...args: string[]) {
  const main = fileURLToPath(new URL(`../../dist/scripts/${name}/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

test("a snapshot of Redis is written to a file that another Redis loads, and overwrites none", async () => {
  const own = join(tempDir(), "own");
  mkdirSync(own);
  const redis = await startRedis({ dir: own });
  onTestFinished(() => redis.stop());
  const client = await connectOnce({ url: redis.url });
  await client.set("held", "value");
  client.destroy();
  const file = join(tempDir(), "monday.rdb");
  expect(await snapshot(redis.url, file)).toMatchObject({ code: 0, output: expect.stringContaining(file) });
  expect(statSync(file).mode & 0o077).toBe(0);
  // This Redis starts from its own snapshot: it stays.
  expect(readdirSync(own)).toContain("dump.rdb");

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

test("of the Redis of npm start, a snapshot is in its file only, and a rewrite takes the rest off the disk", async () => {
  const data = join(tempDir(), "data");
  const folder = join(data, "redis");
  const env = { PATH, HOME, XDG_CACHE_HOME, MNEME_DATA_DIR: data };
  const redis = await provideRedis(env, { note: () => {} });
  onTestFinished(() => redis.release());
  const client = await connectOnce({ url: redis.url });
  onTestFinished(() => client.destroy());
  await client.set("person", "a marker that is erased");
  const onDisk = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name), "latin1"))
      .join("");

  expect(await run("snapshot", env)).toMatchObject({ code: 0 });
  expect(statSync(join(folder, "snapshot.rdb")).mode & 0o077).toBe(0);
  await client.del("person");
  const rewrite = await run("rewrite", env);
  expect(rewrite).toMatchObject({ code: 0 });
  expect(rewrite.output).toContain(`Delete them: ${join(folder, "snapshot.rdb")}`);
  expect(onDisk()).toContain("a marker that is erased");

  expect(await run("snapshot", env, join(tempDir(), "monday.rdb"))).toMatchObject({ code: 0 });
  expect(onDisk()).not.toContain("a marker that is erased");
  const again = await run("rewrite", env);
  expect(again).toMatchObject({ code: 0 });
  expect(again.output).not.toContain("Delete");
});
