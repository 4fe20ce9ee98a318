import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { processesOf } from "../support/run/marked-processes.js";
import { until } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

/** Runs a command as people do, marked by a TMPDIR of its own, and tells what it wrote. */
function npm(folder: string, ...args: readonly string[]) {
  const child = spawn("npm", args, {
    cwd: repositoryRoot(),
    env: {
      ...process.env,
      TMPDIR: folder,
      REDIS_URL: "",
      MNEME_DATA_DIR: join(folder, "data"),
      MNEME_EMBEDDER: "none",
      HOST: "127.0.0.1",
      PORT: "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a terminal gives it.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  onTestFinished(() => {
    for (const { pid } of processesOf(folder)) process.kill(pid, "SIGKILL");
  });
  const { pid = 0 } = child;
  return {
    /** A supervisor signals npm alone, a terminal all that runs in it. */
    signal: (signal: NodeJS.Signals) => process.kill(signal === "SIGINT" ? -pid : pid, signal),
    output: () => output,
  };
}

const isRedis = ({ command }: { readonly command: string }) => command.includes("redis-server");

test.each([
  ["SIGTERM", "npm start", ["start"], "mneme at"],
  ["SIGINT", "npm start", ["start"], "mneme at"],
  ["SIGKILL", "npm start", ["start"], "mneme at"],
  ["SIGTERM", "npm run dev", ["run", "dev"], '"msg":"serving"'],
  ["SIGTERM", "npm test", ["test", "--", "test/service/stop.test.ts"], "RUN"],
] as const)(
  "%s to %s ends all that it started, its Redis too",
  async (signal, _, args, running) => {
    const folder = tempDir();
    const started = npm(folder, ...args);
    await until(
      async () => ({ output: started.output(), processes: processesOf(folder) }),
      ({ output, processes }) => output.includes(running) && processes.some(isRedis),
    );
    started.signal(signal);
    await until(
      async () => processesOf(folder),
      (processes) => processes.length === 0,
    );
    expect(started.output()).not.toMatch(/^\s+at .*:\d+:\d+/m);
  },
  120_000,
);
