import { randomBytes } from "node:crypto";
import { countIndexed } from "../connection/ask-index.js";
import type { RedisClient } from "../connection/client.js";
import { isNotLetIn } from "../connection/error-replies.js";
import { scanKeys } from "../connection/scan-keys.js";
import type { Progress } from "./progress.js";
import { keepDone, keepProgress, readProgress } from "./progress.js";
import type { UpgradeDeps } from "./upgrade-record.js";
import { PRESENT, upgradeRecords } from "./upgrade-record.js";
import { latestOf } from "./record-schemas.js";

/** Keys that SCAN looks at in one go, and records that are read together. */
const SCAN_COUNT = 500;
const TOGETHER = 25;

export interface BatchDeps extends UpgradeDeps {
  /** How long history of state is kept where a namespace's settings don't say. */
  readonly stateHistoryMs: number;
  /** Called between parts of a batch; false: another process has the lock now. */
  readonly holds: () => boolean;
}

/**
 * Upgrades the next part of what is stored, and notes the progress. After a crash in between it is done again: each
 * record says itself which schema it has. Records are found by SCAN, which returns every key that was there all the
 * time; new records have the present schema.
 */
export async function upgradeBatch(deps: BatchDeps): Promise<Progress> {
  const { redis, keys, target = PRESENT, holds } = deps;
  const wanted = { record: latestOf(target.schemas), terms: target.terms };
  const known = await readProgress(redis, keys, wanted);
  if (known.done) return known;
  const [redisRun, total] = await Promise.all([runOf(deps), countRecords(deps)]);
  const goesOn = known.redisRun === redisRun;
  const options = { COUNT: SCAN_COUNT, TYPE: "ReJSON-RL" };
  const found = await scanKeys(redis, goesOn ? known.cursor : "0", options);
  const stored = found.keys.map(String).filter((key) => isRecord(deps, key));
  for (let from = 0; from < stored.length; from += TOGETHER) {
    if (!holds()) return known;
    await upgradeRecords(deps, stored.slice(from, from + TOGETHER));
  }
  for (const key of found.keys.map(String)) {
    if (!key.startsWith(keys.allState())) continue;
    if (!holds()) return known;
    await countState(deps, key);
  }
  const cursor = String(found.cursor);
  const seen = (goesOn ? known.seen : 0) + stored.length;
  const progress = { done: cursor === "0", cursor, redisRun, seen, total: Math.max(total, seen) };
  if (progress.done) await keepDone(redis, keys, wanted);
  else await keepProgress(redis, keys, progress, wanted);
  return progress;
}

/** Counts a document of state that an older release wrote. */
async function countState({ redis, keys, stateHistoryMs }: BatchDeps, stored: string): Promise<void> {
  const open = keys.allState().length + 1;
  const close = stored.indexOf("}:", open);
  const [namespace, key] = [stored.slice(open, close), stored.slice(close + 2)];
  await redis.run((client) =>
    client.countState(
      [stored, keys.stateFacts(namespace, key), keys.stateHistory(namespace, key)],
      [key, String(stateHistoryMs)],
    ),
  );
}

export function isRecord({ keys }: Pick<UpgradeDeps, "keys">, key: string): boolean {
  return (
    (key.startsWith(keys.allRecords()) && !key.endsWith(keys.remainsSuffix())) ||
    key.startsWith(keys.allOld())
  );
}

/** Another one after a restart, when cursors of SCAN mean nothing any more. */
export async function runOf({ redis }: Pick<UpgradeDeps, "redis">): Promise<string> {
  const every = await redis.nodes.every();
  const ids = await Promise.all(every.map(({ client }) => redis.run(() => runOfNode(client))));
  return ids.toSorted().join(" ");
}

async function runOfNode(client: RedisClient): Promise<string> {
  const info = await client.info("server").catch((error: unknown) => {
    // If an ACL hides it, each walk begins at the start and skips what is done.
    if (isNotLetIn(error)) return `run_id:${randomBytes(8).toString("hex")}`;
    throw error;
  });
  return /run_id:(\w+)/.exec(info)?.[1] ?? "";
}

export async function countRecords({ redis, keys }: Pick<UpgradeDeps, "redis" | "keys">): Promise<number> {
  return countIndexed(redis, keys.recordIndex(), "everywhere");
}
