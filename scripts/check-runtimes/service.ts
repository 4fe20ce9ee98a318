import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ownProcess, stopChild } from "../harness/children.js";
import { freePort } from "../redis/server/free-port.js";
import { Failure } from "../shell/failure.js";
import type { Runtime } from "./runtimes.js";

export interface Started {
  readonly url: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 300_000;

/** Starts the installed package `mneme` as its documentation does: `mneme start`, with a Redis and a model of its own. */
export async function startInstalled(runtime: Runtime, app: string, data: string): Promise<Started> {
  const port = await freePort();
  const bin = join(app, "node_modules", "mneme", "scripts", "mneme.mjs");
  const [command, ...args] = runtime.command(bin);
  const env = { ...process.env, PORT: String(port), MNEME_DATA_DIR: data };
  const child = spawn(command, [...args, "start"], { cwd: app, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) ownProcess(child.pid, data);
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null || Date.now() > until) throw new Failure(`mneme start isn't ready:\n${log}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok === true) return { url, stop: () => stopChild(child) };
    await sleep(250);
  }
}
