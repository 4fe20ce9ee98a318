import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";

export type Env = Readonly<Record<string, string | undefined>>;

/** The process's environment, and below it what `.env` in the repository's root sets. */
export function loadEnv(): Env {
  const file = join(repositoryRoot(), ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}
