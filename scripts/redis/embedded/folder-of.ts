import { readlinkSync, realpathSync } from "node:fs";
import { connectOnce } from "../server/connect.js";
import type { RedisAddress } from "../server/connect.js";

/** Where the server at an address keeps its data; undefined: none answers. It says so while it loads, too. */
export async function folderOf(address: RedisAddress): Promise<string | undefined> {
  const client = await connectOnce(address).catch(() => undefined);
  if (client === undefined) return undefined;
  try {
    const reply: unknown = await client.sendCommand(["CONFIG", "GET", "dir"]);
    const folder: unknown = Array.isArray(reply) ? reply[1] : undefined;
    return typeof folder === "string" ? realpathSync(folder) : undefined;
  } catch {
    // The folder is gone, or the server isn't one of ours.
    return undefined;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** Of a process, where the operating system tells: a Redis works in its data folder. */
export function workingDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
