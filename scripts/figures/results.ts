import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";

/** Where the figures are kept that docs show. */
export const RESULTS = join("scripts", "bench", "results");

export interface Result<Figures = unknown> {
  /** RFC 3339. */
  readonly finished_at: string;
  /** Of the code that was measured; null outside of a clone. */
  readonly commit: string | null;
  readonly figures: Figures;
}

/** Keeps what a bench or an evaluation measured, with its date and commit. Gives the file's path. */
export function saveResult(name: string, figures: unknown, root: string = repositoryRoot()): string {
  const file = fileOf(name, root);
  mkdirSync(join(root, RESULTS), { recursive: true });
  const result: Result = { finished_at: new Date().toISOString(), commit: commitOf(root), figures };
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

/** Undefined: nothing was kept under this name. */
export function readResult(name: string, root: string = repositoryRoot()): Result | undefined {
  const file = fileOf(name, root);
  if (!existsSync(file)) return undefined;
  // Written by saveResult.
  return JSON.parse(readFileSync(file, "utf8")) as Result;
}

function fileOf(name: string, root: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) throw new Error(`"${name}" can't be the name of a result.`);
  return join(root, RESULTS, `${name}.json`);
}

function commitOf(root: string): string | null {
  try {
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
