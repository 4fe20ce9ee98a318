import { quotaExceeded } from "../../domain/errors.js";
import { CODE } from "../scripts/codes.js";
import type { StateDeps } from "./deps.js";

/**
 * Runs a script that writes state. If a quota refuses it, what has ended by itself in the namespace is counted out. If
 * that leaves more room, it runs once more. Rejects with `quota_exceeded`.
 */
export async function withinQuota<Reply extends readonly [number, ...unknown[]]>(
  { redis, meter }: Pick<StateDeps, "redis" | "meter">,
  namespace: string,
  run: () => Promise<Reply>,
): Promise<Reply> {
  const reply = await run();
  if (reply[0] !== CODE.QUOTA) return reply;
  const freed = await redis.run((client) => client.pruneNamespace(meter(namespace), [], []));
  // Each run is on record.
  if (freed <= 0) throw quotaExceeded("bytes");
  const again = await run();
  if (again[0] === CODE.QUOTA) throw quotaExceeded("bytes");
  return again;
}
