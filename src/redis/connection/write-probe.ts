import type { Keys } from "../keys.js";
import { isOtherNode } from "./error-replies.js";
import type { Nodes } from "./nodes.js";

const KEPT_MS = 60_000;

/**
 * Whether Redis takes writes can only be seen by writing: a replica, a full disk and an ACL all answer PING. Rejects
 * with the reply of a Redis that doesn't.
 */
export async function probeWrites(nodes: Nodes, keys: Keys): Promise<void> {
  try {
    await writeEverywhere(nodes, keys);
  } catch (error) {
    if (!isOtherNode(error)) throw error;
    // Another node has taken the place of one that is still there.
    await nodes.refresh();
    await writeEverywhere(nodes, keys);
  }
}

async function writeEverywhere(nodes: Nodes, keys: Keys): Promise<void> {
  const every = await nodes.every();
  await Promise.all(every.map(({ client, tag }) => client.set(keys.writeProbe(tag), "", { PX: KEPT_MS })));
}
