import type { Answer } from "./answer.js";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { afterAll, inject } from "vitest";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { endKeysWithFile } from "../redis/own-keys.js";
import { countWhileItRuns } from "../cpu/time.js";
import { endWithFile, endWithProcess } from "../run/left-services.js";
import { createClient } from "../../../src/client.js";
import type { Client } from "../../../src/client.js";
import { exchange } from "./exchange.js";
import { loadContract } from "./contract.js";
import type { Contract } from "./contract.js";

export interface Service {
  readonly url: string;
  /** The typed client that users get. */
  readonly client: Client;
  readonly prefix: string;
  readonly env: Readonly<Record<string, string>>;
  /** Sends one request; every answer must be one that /openapi.json describes. */
  send(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Answer>;
  /** Everything that was logged so far. */
  logs(): string;
  readonly exited: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and wait for the end; gives the exit code. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of `body` as JSON. */
  readonly raw?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export type Overrides = Readonly<Record<string, string | undefined>>;

/**
 * Redis looks through the keys of all tests for a new index. Until then a deletion leaves to the background what was
 * derived, and lists may lack memories that were there before.
 */
async function indexFilled(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const readiness = await fetch(`${url}/readyz`).then((answer) => answer.text());
    if (!readiness.includes("is filling the index")) return;
    await sleep(100);
  }
}

/** Runs the built service as a process of its own, under a key prefix of its own, on the shared Redis. */
export function startService(overrides: Overrides = {}): Promise<Service> {
  return startOf(launchService(overrides));
}

async function startOf(launched: Launched): Promise<Service> {
  const url = await launched.url;
  if (url === undefined) throw new Error(`The service didn't start:\n${launched.output()}`);
  // A provider or a Redis of a test's own is asked nothing by this: what it answers first is what such tests are about.
  const { MNEME_EMBEDDER: embedder, REDIS_URL: redisUrl } = launched.env;
  if (embedder !== "openai" && redisUrl === inject("redisUrl")) await indexFilled(url);
  return {
    url,
    client: createClient(url),
    prefix: launched.env["MNEME_KEY_PREFIX"] ?? "",
    env: launched.env,
    async send(method, path, body, options = {}) {
      const answer = await send(url, method, path, body, options);
      (await contractOf(url)).check(method, path, answer);
      return answer;
    },
    logs: launched.output,
    exited: launched.exited,
    signal: (signal) => void launched.child.kill(signal),
    async stop() {
      launched.child.kill("SIGTERM");
      return launched.exited;
    },
    async kill9() {
      launched.child.kill("SIGKILL");
      await launched.exited;
    },
  };
}

/** The same of all services, whose build is the same: the first one of this worker is asked. */
function contractOf(url: string): Promise<Contract> {
  return (contract ??= loadContract(url).catch((error: unknown) => {
    contract = undefined;
    throw error;
  }));
}

let contract: Promise<Contract> | undefined;

/** A service of a test file's own, which ends with the file: call it at the file's top. */
export async function useService(overrides: Overrides = {}): Promise<Service> {
  const service = await startService(overrides);
  afterAll(async () => void (await service.stop()));
  return service;
}

let shared: Promise<Service> | undefined;

/**
 * A service without keys that all files of this process share, for a file that is content with random namespaces: it makes
 * no API key, stops nothing, and looks at nothing that all namespaces have in common. A start is half a second of processor
 * time, and what serves its first requests is slow.
 */
export function shareService(): Promise<Service> {
  if (shared === undefined) {
    const launched = launchService({}, "process");
    if (launched.child.pid !== undefined) countWhileItRuns(launched.child.pid);
    shared = startOf(launched);
  }
  return shared;
}

/** A start that is expected to fail: its exit code and everything it printed. */
export async function failingStart(overrides: Overrides): Promise<{ code: number | null; output: string }> {
  const launched = launchService(overrides);
  const url = await launched.url;
  if (url !== undefined) {
    launched.child.kill("SIGKILL");
    throw new Error("The service started.");
  }
  return { code: await launched.exited, output: launched.output() };
}

interface Launched {
  readonly child: ChildProcess;
  readonly env: Record<string, string>;
  /** Undefined if the process ended before it served. */
  readonly url: Promise<string | undefined>;
  readonly exited: Promise<number | null>;
  readonly output: () => string;
}

/** @param endsWith until when it runs, and its keys stay, unless it's stopped before */
export function launchService(overrides: Overrides, endsWith: "file" | "process" = "file"): Launched {
  const env = Object.fromEntries(
    Object.entries({
      PATH: process.env["PATH"],
      TMPDIR: process.env["TMPDIR"],
      PORT: "0",
      REDIS_URL: inject("redisUrl"),
      MNEME_KEY_PREFIX: `t${randomBytes(6).toString("hex")}`,
      // A command that waits for its turn on a busy machine is no Redis that is away.
      MNEME_REDIS_TIMEOUT_MS: "4000",
      MNEME_QUEUE_MS: "60000",
      MNEME_EMBEDDER: "none",
      MNEME_MODEL_DIR: inject("modelDir"),
      ...overrides,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { REDIS_URL: redisUrl, MNEME_KEY_PREFIX: prefix } = env;
  if (endsWith === "file" && redisUrl === inject("redisUrl") && prefix !== undefined) endKeysWithFile(prefix);
  const child = spawn(process.execPath, [inject("serviceMain")], { env, stdio: ["ignore", "pipe", "pipe"] });
  if (endsWith === "file") endWithFile(child);
  else endWithProcess(child);
  const exited = once(child, "close").then(([code]: unknown[]) => (typeof code === "number" ? code : null));
  const lines: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  const url = new Promise<string | undefined>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(`${line}\n`);
      if (line.includes('"msg":"serving"')) resolve((JSON.parse(line) as { url: string }).url);
    });
    void exited.then(() => resolve(undefined));
  });
  return { child, env, url, exited, output: () => lines.join("") };
}

async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  { headers = {}, raw, signal }: SendOptions,
): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await exchange(url + path, {
    method,
    headers: payload === undefined ? headers : { "content-type": "application/json", ...headers },
    payload,
    signal,
  });
  const isJson = /[/+]json\b/.test(answer.headers.get("content-type") ?? "");
  const { text } = answer;
  return { ...answer, body: isJson && text !== "" ? (JSON.parse(text) as unknown) : undefined };
}

/** Waits for a condition, asking less often the longer it takes; the deadline only tells a hang from slowness. */
export async function until<T>(
  ask: () => Promise<T>,
  fulfilled: (value: T) => boolean,
  deadlineMs = 60_000,
): Promise<T> {
  const start = Date.now();
  for (;;) {
    const asked = Date.now();
    const value = await ask();
    if (fulfilled(value)) return value;
    const waited = Date.now() - start;
    if (waited > deadlineMs)
      throw new Error(`Not so within ${deadlineMs} ms: ${JSON.stringify(value)?.slice(0, 2000)}`);
    // Asking takes processor time from what is waited for: never more than half of it.
    await sleep(Math.max(Math.min(200, 50 + waited / 20), Date.now() - asked));
  }
}

/** The log is written in the background, so a line may come after the answer to the request that it is about. */
export async function untilLogged(
  service: Pick<Service, "logs">,
  ...texts: readonly string[]
): Promise<void> {
  await until(
    async () => service.logs(),
    (logs) => texts.every((text) => logs.includes(text)),
  );
}

/**
 * Waits until a service can serve. After a restart of its Redis it is away, and answers 503, until it has connected
 * again: a test that goes on at once would test how fast the machine is.
 */
export async function untilReady(service: Pick<Service, "send">): Promise<void> {
  await until(
    () => service.send("GET", "/readyz"),
    ({ status }) => status === 200,
  );
}
