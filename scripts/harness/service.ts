import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { provideRuntime } from "../downloads/local-runtime.js";
import type { Env } from "../shell/env.js";
import { Failure } from "../shell/failure.js";
import { ownProcess, stopChild } from "./children.js";

export interface RunningService {
  readonly url: string;
  readonly pid: number;
  /** Throws a {@link Failure} with the end of the service's log if it has ended by itself. */
  assertAlive(): void;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** The environment to inherit. */
  readonly env: Env;
  readonly redisUrl: string;
  readonly keyPrefix: string;
  /** What else to set, such as MNEME_EMBEDDER. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of another checkout's build; this one's unless given. */
  readonly main?: string;
}

const STARTS_WITHIN_MS = 30_000;
const POLL_MS = 25;

/**
 * Starts the built service as a process of its own on a free port, as in production: nothing of it shares our
 * event loop, and its log goes to a file, so that nobody has to read it while we measure.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const dir = mkdtempSync(join(tmpdir(), "mneme-"));
  const log = join(dir, "service.log");
  const fd = openSync(log, "a", 0o600);
  const main = options.main ?? fileURLToPath(new URL("../../src/main.js", import.meta.url));
  const runtime = options.settings?.["MNEME_EMBEDDER"] === "none" ? {} : await provideRuntime(options.env);
  const child = spawn(process.execPath, [main], {
    env: {
      ...options.env,
      HOST: "127.0.0.1",
      PORT: "0",
      LOG_LEVEL: "info",
      REDIS_URL: options.redisUrl,
      MNEME_KEY_PREFIX: options.keyPrefix,
      ...runtime,
      ...options.settings,
    },
    stdio: ["ignore", fd, fd],
  });
  closeSync(fd);
  child.on("error", () => {});
  const { pid } = child;
  if (pid === undefined) throw new Failure(`${process.execPath} could not be started.`);
  ownProcess(pid, dir);
  const assertAlive = (): void => {
    if (child.exitCode === null && child.signalCode === null) return;
    const end = readFileSync(log, "utf8").slice(-2000);
    throw new Failure(
      `The service ended (${child.signalCode ?? `exit ${child.exitCode}`}). Its log:\n${end}`,
    );
  };
  const stop = (): Promise<void> => stopChild(child);
  try {
    return { url: await servingUrl(log, assertAlive), pid, assertAlive, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the log's line `{"msg":"serving","url":…}`. */
async function servingUrl(log: string, assertAlive: () => void): Promise<string> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    for (const line of readFileSync(log, "utf8").split("\n")) {
      const url = urlOfLine(line);
      if (url !== undefined) return url;
    }
    assertAlive();
    if (Date.now() > deadline) throw new Failure("The service did not start within 30 s.");
    await sleep(POLL_MS);
  }
}

function urlOfLine(line: string): string | undefined {
  if (!line.includes('"serving"')) return undefined;
  try {
    const { msg, url } = JSON.parse(line) as { msg?: unknown; url?: unknown };
    return msg === "serving" && typeof url === "string" ? url : undefined;
  } catch {
    // The line is still being written.
    return undefined;
  }
}
