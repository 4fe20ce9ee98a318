import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isClone, repositoryRoot } from "../bootstrap/root.mjs";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * The process's environment, and below it what a `.env` file sets: the one in the clone's root, or, of an installed
 * package, the one in the current folder.
 */
export function loadEnv(): Env {
  const file = isClone() ? join(repositoryRoot(), ".env") : resolve(".env");
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

/** Where the embedded Redis keeps its data. An absolute path. */
export function dataDir(env: Env): string {
  if (env["MNEME_DATA_DIR"]) return resolve(env["MNEME_DATA_DIR"]);
  if (isClone()) return join(repositoryRoot(), ".data");
  return join(resolve(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share")), "mneme");
}
