import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Env } from "../shell/env.js";

const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** Where downloads live: outside of node_modules, shared by all clones of a user. An absolute path. */
export function cacheDir(env: Env): string {
  if (env["MNEME_CACHE_DIR"]) return resolve(env["MNEME_CACHE_DIR"]);
  return join(resolve(env["XDG_CACHE_HOME"] || join(homedir(), ".cache")), "mneme");
}

/**
 * Installs a folder once and for all. `fill` gets an empty folder aside, which takes its final name only when
 * `fill` has succeeded: what stands under that name is complete. Of two processes that install at once, one wins
 * and the other uses the winner's.
 *
 * @param name must change whenever the content does
 * @returns the folder's absolute path
 */
export async function installOnce(
  cache: string,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cache, name);
  if (existsSync(target)) return target;
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const staging = join(cache, `.installing-${name}-${randomUUID()}`);
  await mkdir(staging);
  try {
    await fill(staging);
    await rename(staging, target);
  } catch (error) {
    if (existsSync(target)) return target;
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(".installing-")) continue;
    const path = join(cache, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}
