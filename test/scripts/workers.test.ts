import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, inject, onTestFinished, test } from "vitest";
import { processesOf } from "../support/run/marked-processes.js";
import { tempDir } from "../support/run/temp-dir.js";
import { until } from "../support/service/service.js";

const START = fileURLToPath(new URL("../../dist/scripts/start/main.js", import.meta.url));

/** Starts the service in two processes over the suite's Redis, marked by a TMPDIR of its own. */
function startWorkers(folder: string, settings: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [START, "--workers", "2"], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      TMPDIR: folder,
      REDIS_URL: inject("redisUrl"),
      MNEME_KEY_PREFIX: `t${randomBytes(6).toString("hex")}`,
      MNEME_EMBEDDER: "none",
      HOST: "127.0.0.1",
      PORT: "0",
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  onTestFinished(() => {
    for (const { pid } of processesOf(folder)) process.kill(pid, "SIGKILL");
  });
  return { child, ended, output: () => output };
}

const workersOf = (folder: string): number[] =>
  processesOf(folder).flatMap(({ pid, command }) => (command.includes("start/worker.js") ? [pid] : []));

const urlIn = (output: string): string | undefined => /mneme at (\S+)/.exec(output)?.[1];

/** On a connection of its own, so that any worker may get it. */
const ask = (url: string, path: string): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { Connection: "close" } });

const reads = (metrics: string): number =>
  [...metrics.matchAll(/^mneme_http_request_duration_seconds_count\{[^}]*state[^}]*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );

const READS = 40;

test("two workers serve on one port, add up their metrics, are replaced when they die, and end by one signal", async () => {
  const folder = tempDir();
  const started = startWorkers(folder);
  const url =
    (await until(
      async () => urlIn(started.output()),
      (found) => found !== undefined,
    )) ?? "";
  const before = workersOf(folder);
  expect(before).toHaveLength(2);
  for (let read = 0; read < READS; read++) {
    expect((await ask(url, "/v1/namespaces/t.workers/state/nothing")).status).toBe(404);
  }
  // Of each read, one worker knows: a sum of all that isn't of one alone.
  expect(reads(await (await ask(url, "/metrics")).text())).toBe(READS);

  const [victim = 0] = before;
  process.kill(victim, "SIGKILL");
  const after = await until(
    async () => workersOf(folder),
    (pids) => pids.length === 2 && !pids.includes(victim),
  );
  expect(after).toContain(before[1]);
  await until(
    async () => started.output().split('"msg":"serving"').length - 1,
    (served) => served === 3,
  );
  expect((await ask(url, "/healthz")).status).toBe(200);

  started.child.kill("SIGTERM");
  expect(await started.ended).toBe(0);
  expect(workersOf(folder)).toEqual([]);
});

test("workers that can't start end the command, which says why", async () => {
  const started = startWorkers(tempDir(), { REDIS_URL: "redis://127.0.0.1:1" });
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain("127.0.0.1:1");
});

test.each(["0", "65", "two"])("--workers %s is refused", async (count) => {
  const child = spawn(process.execPath, [START, "--workers", count], { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(1);
  expect(output).toContain("--workers takes a whole number from 1 to 64");
});
