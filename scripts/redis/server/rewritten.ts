import { setTimeout as sleep } from "node:timers/promises";
import type { RedisConnection } from "./connect.js";

const POLL_MS = 50;

/** Waits until no rewrite of the append-only file is under way or scheduled; false: the last one failed. */
export async function rewritten(client: RedisConnection): Promise<boolean> {
  for (;;) {
    const info = await client.info("persistence");
    if (/aof_rewrite_in_progress:0\r?\n/.test(info) && /aof_rewrite_scheduled:0\r?\n/.test(info)) {
      return !/aof_last_bgrewrite_status:err/.test(info);
    }
    await sleep(POLL_MS);
  }
}
