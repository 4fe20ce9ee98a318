import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { cacheDir, installOnce } from "./cache.js";

const INSTALL_MS = 300_000;

export interface Output {
  readonly code: number;
  readonly text: string;
}

let foundPython: { readonly command: string | undefined } | undefined;

/** Python 3.10 or later, by its command; undefined: there is none. Looked for once. */
export function findPython(): string | undefined {
  foundPython ??= {
    command: ["python3", "python"].find((command) => {
      const check = "import sys, pip; sys.exit(sys.version_info < (3, 10))";
      return spawnSync(command, ["-c", check], { stdio: "ignore" }).status === 0;
    }),
  };
  return foundPython.command;
}

/** Runs Python with the packages of a file of requirements, which are installed once into the cache folder. */
export async function runPython(
  args: readonly string[],
  { requirements, path = [], env = {}, cwd, input, timeoutMs = 120_000 }: PythonOptions,
): Promise<Output> {
  const python = findPython() ?? "python3";
  const packages = await packagesOf(python, requirements);
  const paths = [packages, ...path].join(process.platform === "win32" ? ";" : ":");
  return run(python, args, { ...process.env, ...env, PYTHONPATH: paths }, timeoutMs, cwd, input);
}

export interface PythonOptions {
  /** A file of requirements. */
  readonly requirements: string;
  /** More folders of packages. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
  /** Where tools leave their own files. */
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

const installed = new Map<string, Promise<string>>();

function packagesOf(python: string, requirements: string): Promise<string> {
  const packages = installed.get(requirements) ?? install(python, requirements);
  installed.set(requirements, packages);
  return packages;
}

function install(python: string, requirements: string): Promise<string> {
  const { stdout } = spawnSync(python, ["-VV"], { encoding: "utf8" });
  const version = createHash("sha256").update(readFileSync(requirements)).update(stdout).digest("hex");
  return installOnce(cacheDir(process.env), `python-tools-${version.slice(0, 16)}`, async (folder) => {
    const { code, text } = await run(
      python,
      [
        "-m",
        "pip",
        "install",
        `--target=${folder}`,
        `--requirement=${requirements}`,
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
      ],
      { ...process.env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" },
      INSTALL_MS,
    );
    if (code !== 0) throw new Error(`pip could not install the tools:\n${text.slice(-4000)}`);
  });
}

async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeout: number,
  cwd?: string,
  input = "",
): Promise<Output> {
  const options = { env, timeout, maxBuffer: 64 * 1024 * 1024, ...(cwd === undefined ? {} : { cwd }) };
  try {
    const running = promisify(execFile)(command, [...args], options);
    running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    // What execFile rejects with when the command fails or is late.
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return {
      code: typeof code === "number" ? code : -1,
      text: `${stdout ?? ""}${stderr ?? ""}${String(error)}`,
    };
  }
}
