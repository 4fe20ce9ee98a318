import type { Keys } from "../keys.js";
import type { Nodes } from "./nodes.js";

const KEPT_MS = 60_000;

/**
 * Whether Redis takes writes can only be seen by writing: a replica, a full disk and an ACL all answer PING. Rejects
 * with the reply of a Redis that doesn't.
 */
export async function probeWrites(nodes: Nodes, keys: Keys): Promise<void> {
  const every = await nodes.every();
  await Promise.all(every.map(({ client, tag }) => client.set(keys.writeProbe(tag), "", { PX: KEPT_MS })));
}
