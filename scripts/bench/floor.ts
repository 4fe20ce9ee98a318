import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ownProcess, stopChild } from "../harness/children.js";

/** Starts the bare handler as a process of its own. */
export async function startFloor(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./floor-server.js", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.pid !== undefined) ownProcess(child.pid);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { url: line.toString().trim(), stop: () => stopChild(child) };
}
