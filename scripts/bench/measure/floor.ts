import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ownProcess, stopChild } from "../../harness/children.js";
import { Failure } from "../../shell/failure.js";

export interface Floor {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the bare handler as a process of its own. */
export function startFloor(): Promise<Floor> {
  return startHandler(new URL("./floor-server.js", import.meta.url), []);
}

/** Starts a script that says its URL on stdout. */
export async function startHandler(script: URL, args: readonly string[]): Promise<Floor> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Failure(`${process.execPath} could not be started.`);
  ownProcess(pid);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { url: line.toString().trim(), pid, stop: () => stopChild(child) };
}
