import type { Keys } from "../keys.js";
import type { RedisClient } from "./client.js";

const KEPT_MS = 60_000;

/**
 * Whether Redis takes writes can only be seen by writing: a replica, a full disk and an ACL all answer PING. Rejects
 * with the reply of a Redis that doesn't.
 */
export async function probeWrites(client: RedisClient, keys: Keys): Promise<void> {
  await client.set(keys.writeProbe(), "", { PX: KEPT_MS });
}
