import { unlessDenied } from "../find-modules.js";
import { inTime } from "../in-time.js";
import type { Connection } from "../server.js";

/** Whether a server is a master, by ROLE, or by INFO where an ACL keeps that from us. What says neither is taken for one. */
export async function isMaster(client: Connection, withinMs: number): Promise<boolean> {
  return inTime(askRole(client), withinMs);
}

async function askRole(client: Connection): Promise<boolean> {
  const role = await unlessDenied(() => client.sendCommand(["ROLE"]));
  if (Array.isArray(role)) return String(role[0]) === "master";
  const info = await unlessDenied(() => client.info("replication"));
  // Otherwise it shows at the first write.
  return info === undefined || /^role:master/m.test(info);
}
