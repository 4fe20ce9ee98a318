import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "../../../scripts/bootstrap/process-identity.mjs";
import type { RedisBinary } from "../../../scripts/redis/server/binary.js";
import { writeConfig } from "../../../scripts/redis/server/config-file.js";
import type { AppendFsync } from "../../../scripts/redis/server/config-file.js";
import { urlOf } from "../../../scripts/redis/server/connect.js";
import { findRedis } from "../../../scripts/redis/find.js";
import { freePort } from "../../../scripts/redis/server/free-port.js";
import { launch, waitUntilReady } from "../../../scripts/redis/server/launch.js";
import { shutdown } from "../../../scripts/redis/server/shutdown.js";
import { clockEnv } from "../../../scripts/test-faults/clock.js";

const PORT_ATTEMPTS = 3;

export interface TestRedisOptions {
  /** Default false: nothing is kept. */
  readonly appendonly?: boolean;
  /** Default `always`: what was acknowledged is on disk. */
  readonly appendfsync?: AppendFsync;
  /** False leaves out search and JSON, where they're modules. */
  readonly modules?: boolean;
  /** Default: the one that `npm start` would use. */
  readonly binary?: RedisBinary;
  /** Takes DEBUG commands, which can hold up what Redis does by itself. */
  readonly debug?: boolean;
  /** A file that shifts its clock: see scripts/test-faults/clock.ts. */
  readonly clock?: string;
  /** More lines of the configuration. */
  readonly config?: readonly string[];
  /** Default: a temporary folder, removed by `stop`. A given one stays. */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** The file that it logs to; gone after `stop`. */
  readonly log: string;
  /** Of the server as it runs now: another one after a restart. */
  readonly pid: number;
  /** Ends it in good order, if it runs. */
  stop(): Promise<void>;
  /** Kills it as an out-of-memory killer would, and waits until it's gone. */
  kill9(): Promise<void>;
  /** Stops it if it still runs, and starts it again: same port, same data. Resolves when the data is loaded. */
  restart(): Promise<void>;
  /** Likewise, but without waiting for the data, and with more lines of configuration from here on. */
  restartLoading(lines: readonly string[]): Promise<void>;
}

/** Starts a Redis of the test's own, on loopback, without a password. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const binary = options.binary ?? (await (found ??= findRedis(process.env)));
  const home = mkdtempSync(join(tmpdir(), "mneme-test-redis-"));
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startIn(home, port, binary, options);
    } catch (error) {
      const taken = String(error).includes("Address already in use");
      if (taken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      rmSync(home, { recursive: true, force: true });
      throw error;
    }
  }
}

let found: Promise<RedisBinary> | undefined;

async function startIn(
  home: string,
  port: number,
  binary: RedisBinary,
  options: TestRedisOptions,
): Promise<TestRedis> {
  const { appendonly = false, appendfsync = "always", modules = true, debug = false, config = [] } = options;
  const { dir = join(home, "data") } = options;
  const files = { config: join(home, "redis.conf"), log: join(home, "redis.log") };
  mkdirSync(dir, { recursive: true });
  writeConfig(files.config, {
    port,
    dir,
    appendonly,
    appendfsync,
    modules: modules ? binary.modules : [],
  });
  const more = debug ? ["enable-debug-command local", ...config] : config;
  appendFileSync(files.config, more.map((line) => `${line}\n`).join(""));
  const clocked = { ...binary, env: { ...binary.env, ...clockEnv(options.clock) } };
  const start = async () => {
    const started = launch(clocked, files, false);
    await waitUntilReady(started, { port }, files.log);
    return started;
  };
  let pid = await start();
  return {
    url: urlOf(port),
    port,
    log: files.log,
    get pid() {
      return pid;
    },
    async stop() {
      await shutdown(pid, { port });
      rmSync(home, { recursive: true, force: true });
    },
    async kill9() {
      await kill9(pid);
    },
    async restartLoading(lines) {
      await shutdown(pid, { port });
      appendFileSync(files.config, lines.map((line) => `${line}\n`).join(""));
      pid = launch(clocked, files, false);
    },
    async restart() {
      await shutdown(pid, { port });
      pid = await startAgain(start);
    },
  };
}

/** Threads of a process that was killed may hold its port for a moment after it has gone. */
async function startAgain(start: () => Promise<number>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === PORT_ATTEMPTS * 3 || !String(error).includes("Address already in use")) throw error;
      await sleep(200);
    }
  }
}

/** Kills a process and waits until it's gone. */
export async function kill9(pid: number): Promise<void> {
  const identity = processIdentity(pid);
  if (identity === undefined) return;
  process.kill(pid, "SIGKILL");
  while (processIdentity(pid) === identity) await sleep(10);
}
