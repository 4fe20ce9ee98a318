import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { Failure } from "../shell/failure.js";

const execute = promisify(execFile);
const QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];

/** Runs a program and gives its output. Throws a {@link Failure} with the end of that if the program fails. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env, timeoutMs = 600_000 }: RunOptions,
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await execute(command, [...args], options);
    return stdout + stderr;
  } catch (error) {
    // What execFile rejects with when the command fails or is late.
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Failure(
      `${command} ${args.join(" ")} failed:\n${(stdout + stderr || String(error)).slice(-3000)}`,
    );
  }
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Packs the three packages; gives their tarballs by the packages' names. */
export async function packAll(folder: string): Promise<ReadonlyMap<string, string>> {
  const root = repositoryRoot();
  await mkdir(folder);
  const pack = ["pack", "--pack-destination", folder, ...QUIET];
  await run("npm", pack, { cwd: root });
  await run("npm", [...pack, "-w", "src/client", "-w", "checkpointer"], { cwd: root });
  const files = await readdir(folder);
  const named = (start: RegExp): string => join(folder, files.find((file) => start.test(file)) ?? "missing");
  return new Map([
    ["mneme", named(/^mneme-\d/)],
    ["@mneme/client", named(/^mneme-client-\d/)],
    ["@mneme/checkpointer", named(/^mneme-checkpointer-\d/)],
  ]);
}

/** publint and arethetypeswrong over the tarball of a library. Throws a {@link Failure} for anything that they find. */
export async function lintPackage(tarball: string, folder: string): Promise<void> {
  const modules = join(repositoryRoot(), "node_modules");
  await mkdir(folder, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", folder], { cwd: folder });
  const publint = join(modules, "publint", "src", "cli.js");
  await run(process.execPath, [publint, "--strict", join(folder, "package")], { cwd: folder });
  const types = join(modules, "@arethetypeswrong", "cli", "dist", "index.js");
  await run(process.execPath, [types, tarball, "--no-emoji"], { cwd: folder });
}

/** Installs packages into a new folder of an application. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await run("npm", ["install", ...QUIET, ...packages], { cwd: folder });
}

/** The first block of code of a page of the repository, in one of the languages. */
export async function firstSnippet(page: string): Promise<string> {
  const text = await readFile(join(repositoryRoot(), page), "utf8");
  const [, code] = /^```(?:js|ts)\n(.*?)^```$/ms.exec(text) ?? [];
  if (code === undefined) throw new Failure(`${page} has no block of code.`);
  return code;
}

/** Changes a snippet where it names what only its reader has. Throws a {@link Failure} if that isn't in it. */
export function withReplaced(code: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Failure(`The snippet has no ${JSON.stringify(from)}.`);
    return text.replaceAll(from, to);
  }, code);
}
