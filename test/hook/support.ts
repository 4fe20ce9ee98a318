import { spawn } from "node:child_process";
import { once } from "node:events";
import { inject } from "vitest";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Home {
  readonly home: string;
  /** Folder in which the command runs; default: that of the tests. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `npx mneme hook …` of a user with this home. */
export const hook = (where: Home, ...args: readonly string[]): Promise<Ran> =>
  run(process.execPath, [inject("commandsMain"), "hook", ...args], where, "");

/** Runs a command line as an assistant does: by a shell, with what it tells as JSON on stdin. */
export const runHook = (where: Home, command: string, told: unknown): Promise<Ran> =>
  run("sh", ["-c", command], where, typeof told === "string" ? told : JSON.stringify(told));

async function run(
  file: string,
  args: readonly string[],
  { home, cwd, env = {} }: Home,
  input: string,
): Promise<Ran> {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], HOME: home, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A hook that has gone on without reading closes its stdin.
  child.stdin.on("error", () => {}).end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
