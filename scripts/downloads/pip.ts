import { spawn, spawnSync } from "node:child_process";
import { Failure } from "../shell/failure.js";

const CANDIDATES = [["python3", "-m", "pip"], ["pip3"], ["pip"], ["python", "-m", "pip"]] as const;
/** What to choose from, whatever Python runs pip; it's never imported by one. */
const WHEELS_FOR_THE_SERVER = [
  "--no-deps",
  "--only-binary=:all:",
  "--platform=manylinux2014_x86_64",
  "--platform=manylinux_2_17_x86_64",
  "--platform=manylinux_2_28_x86_64",
  "--platform=manylinux_2_31_x86_64",
  "--python-version=3.11",
  "--implementation=cp",
  "--abi=cp311",
] as const;
const TAIL_LINES = 10;
const HEARTBEAT_MS = 5000;

/**
 * Installs exactly the wheels of a requirements file, whatever Python runs pip: they are unpacked, not executed.
 * pip checks every hash. Throws a {@link Failure} with the end of pip's output.
 */
export async function pipInstall(
  requirements: string,
  target: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const [command, ...before] = findPip(env);
  const args = [
    ...before,
    "install",
    `--target=${target}`,
    "--require-hashes",
    `--requirement=${requirements}`,
    ...WHEELS_FOR_THE_SERVER,
    "--no-compile",
    "--no-input",
    "--disable-pip-version-check",
  ];
  // A user's own defaults that contradict --target.
  const { code, output } = await run(command, args, { ...env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" });
  if (code === 0) return;
  const tail = output.trimEnd().split("\n").slice(-TAIL_LINES).join("\n  ");
  throw new Failure(`pip could not install it:\n  ${tail}`);
}

function findPip(env: NodeJS.ProcessEnv): readonly [string, ...string[]] {
  const found = CANDIDATES.find(
    ([command, ...args]) => spawnSync(command, [...args, "--version"], { env, stdio: "ignore" }).status === 0,
  );
  if (found === undefined) throw new Failure("neither `python3 -m pip` nor `pip` is installed");
  return found;
}

/** On a terminal pip draws its own progress; elsewhere a line now and then says that it's alive. */
function run(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const terminal = process.stderr.isTTY;
    const child = spawn(command, terminal ? args : [...args, "--progress-bar", "off"], {
      env,
      stdio: ["ignore", terminal ? 2 : "pipe", "pipe"],
    });
    const startedAt = Date.now();
    const heartbeat = setInterval(() => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      if (!terminal) console.error(`  still downloading (${seconds} s)`);
    }, HEARTBEAT_MS);
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const end = (code: number) => {
      clearInterval(heartbeat);
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += error.message;
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}
