// node scripts/run.mjs check-restart [RECORDS]: whether a store of that size can be started again, and how soon.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { Failure, reportFailure } from "../shell/failure.js";
import { connectOnce, urlOf } from "../redis/server/connect.js";
import { filesOf, readOrMakePassword, readState } from "../redis/embedded/state.js";
import type { EmbeddedState } from "../redis/embedded/state.js";
import { findRedis } from "../redis/find.js";
import { launch } from "../redis/server/launch.js";

const BATCH = 500;
const WITHIN_MS = 10 * 60_000;
const START = join(repositoryRoot(), "scripts", "start.mjs");
const SERVE = join(repositoryRoot(), "dist", "src", "main.js");

interface Service {
  readonly child: ChildProcess;
  readonly url: string;
  readonly seconds: number;
  readonly waited: boolean;
}

async function main(): Promise<void> {
  const records = Number(process.argv[2] ?? 20_000);
  if (!Number.isInteger(records) || records < 1) throw new Failure("usage: check-restart [RECORDS]");
  const folder = mkdtempSync(join(tmpdir(), "mneme-restart-"));
  const dataDir = join(folder, "data");
  try {
    let service = await serve([START], { MNEME_DATA_DIR: dataDir });
    const memory = await fill(service, records);
    for (const after of ["SIGTERM", "kill -9", "a rewrite and SIGTERM", "a rewrite and kill -9"]) {
      if (after.startsWith("a rewrite")) await rewrite(dataDir);
      await end(service, dataDir, after.endsWith("SIGTERM"));
      service = await serve([START], { MNEME_DATA_DIR: dataDir });
      await report(`npm start after ${after}`, service, memory);
    }
    await end(service, dataDir, false);
    const { port } = stateOf(dataDir);
    const files = filesOf(dataDir);
    launch(await findRedis(process.env), files, true);
    while ((await ask(dataDir, ["PING"])) === undefined) await sleep(20);
    service = await serve([SERVE], { REDIS_URL: urlOf(port, readOrMakePassword(dataDir)) });
    await report("REDIS_URL of a Redis that loads", service, memory);
    service.child.kill("SIGKILL");
    await ask(dataDir, ["SHUTDOWN", "NOSAVE"]);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function serve(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Service> {
  const since = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, REDIS_URL: "", MNEME_EMBEDDER: "none", HOST: "127.0.0.1", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  while (performance.now() - since < WITHIN_MS) {
    const url = /"url":"(http:[^"]+)".*"msg":"serving"/.exec(output)?.[1];
    if (url !== undefined) {
      const seconds = (performance.now() - since) / 1000;
      return { child, url, seconds, waited: output.includes("is loading its data") };
    }
    if (child.exitCode !== null) throw new Failure(`The service didn't start:\n${output}`);
    await sleep(20);
  }
  child.kill("SIGKILL");
  throw new Failure(`The service didn't start in time:\n${output}`);
}

async function fill({ url }: Service, records: number): Promise<string> {
  const path = `${url}/v1/namespaces/scale.restart/memories`;
  let last = "";
  for (let from = 0; from < records; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, records - from) }, (_, index) => ({
      memory_type: "semantic",
      content: `Shelf ${from + index} of the depot holds parcel ${((from + index) * 7919) % 100_003}. ${"It was checked by hand. ".repeat(8)}`,
    }));
    const response = await fetch(`${path}/batch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ memories }),
    });
    const { results } = (await response.json()) as { results: { memory?: { id: string } }[] };
    last = `/v1/namespaces/scale.restart/memories/${results.at(-1)?.memory?.id ?? ""}`;
    // The append-only file is synced each second.
  }
  await sleep(1500);
  return last;
}

async function report(what: string, service: Service, memory: string): Promise<void> {
  const { status } = await fetch(service.url + memory);
  if (status !== 200) throw new Failure(`${what}: the last memory is gone (HTTP ${status}).`);
  const waited = service.waited ? ", with progress lines" : "";
  console.log(`${what}: serving after ${service.seconds.toFixed(1)} s${waited}`);
}

async function end({ child }: Service, dataDir: string, orderly: boolean): Promise<void> {
  const exited = once(child, "exit");
  child.kill(orderly ? "SIGTERM" : "SIGKILL");
  await exited;
  if (orderly) return;
  const pid = stateOf(dataDir).server?.pid ?? 0;
  process.kill(pid, "SIGKILL");
  while (readable(pid)) await sleep(20);
}

function readable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

async function rewrite(dataDir: string): Promise<void> {
  await ask(dataDir, ["BGREWRITEAOF"]);
  do await sleep(200);
  while (
    !/aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(
      String(await ask(dataDir, ["INFO", "persistence"])),
    )
  );
}

/** The reply, or the error; undefined: no answer. */
async function ask(dataDir: string, command: string[]): Promise<unknown> {
  const address = { port: stateOf(dataDir).port, password: readOrMakePassword(dataDir) };
  const client = await connectOnce(address).catch(() => undefined);
  if (client === undefined) return undefined;
  const reply: unknown = await client.sendCommand(command).catch((error: unknown) => error);
  if (client.isOpen) client.destroy();
  return reply;
}

function stateOf(dataDir: string): EmbeddedState {
  const state = readState(dataDir);
  if (state === undefined) throw new Failure("There is no Redis in the data folder.");
  return state;
}

await main().catch(reportFailure);
process.exit();
