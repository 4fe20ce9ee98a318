import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedis } from "../../../scripts/redis/find.js";
import { freePort } from "../../../scripts/redis/server/free-port.js";
import { waitUntilReady } from "../../../scripts/redis/server/launch.js";
import { retryOnTakenPort } from "./taken-port.js";

export interface TestSentinel {
  readonly port: number;
  readonly pid: number;
  /** The name of the master that it watches. */
  readonly name: string;
  stop(): Promise<void>;
}

/**
 * A sentinel that watches a Redis of the test's own, from the same binary.
 *
 * @param config more lines of its configuration
 */
export function startSentinel(masterPort: number, config: readonly string[] = []): Promise<TestSentinel> {
  return retryOnTakenPort(() => start(masterPort, config));
}

async function start(masterPort: number, more: readonly string[]): Promise<TestSentinel> {
  const binary = await findRedis(process.env);
  const home = mkdtempSync(join(tmpdir(), "mneme-test-sentinel-"));
  const [port, config, log] = [await freePort(), join(home, "sentinel.conf"), join(home, "sentinel.log")];
  const name = "checkpoints";
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir "${home}"`,
    ...more,
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} 1`,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  const logFd = openSync(log, "a");
  // It writes to its configuration, so it can't be given on stdin.
  const child = spawn(binary.command, [config, "--sentinel"], {
    env: { ...process.env, ...binary.env },
    stdio: ["ignore", logFd, logFd],
  });
  closeSync(logFd);
  const exited = once(child, "exit");
  const pid = child.pid ?? 0;
  await waitUntilReady(pid, { port }, log);
  return {
    port,
    pid,
    name,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
