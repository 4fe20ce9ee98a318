import { countIndexed } from "../connection/ask-index.js";
import { runOf } from "../connection/run-of.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
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
  const [redisRun, total] = await Promise.all([runOf(redis), countRecords(deps)]);
  const goesOn = known.redisRun === redisRun;
  // Records, old versions, documents of state and their histories, receipts.
  const options = { COUNT: SCAN_COUNT, MATCH: `${literal(keys.all())}[ors]*` };
  const found = await scanKeys(redis, goesOn ? known.cursor : "0", options);
  const stored = found.keys.map(String).filter((key) => isRecord(deps, key));
  for (let from = 0; from < stored.length; from += TOGETHER) {
    if (!holds()) return known;
    await upgradeRecords(deps, stored.slice(from, from + TOGETHER));
  }
  for (const key of found.keys.map(String)) {
    const start = [keys.allState(), keys.allStateHistories()].find((each) => key.startsWith(each));
    if (start === undefined) continue;
    if (!holds()) return known;
    await countState(deps, key.slice(start.length));
  }
  await listReceipts(deps, found.keys.map(String));
  const cursor = String(found.cursor);
  const seen = (goesOn ? known.seen : 0) + stored.length;
  const progress = { done: cursor === "0", cursor, redisRun, seen, total: Math.max(total, seen) };
  if (progress.done) await keepDone(redis, keys, wanted);
  else await keepProgress(redis, keys, progress, wanted);
  return progress;
}

/** Lists and counts a document of state that an older release wrote, or the history that is left of one. `named`: `{<namespace>}:<key>`. */
async function countState({ redis, keys, stateHistoryMs }: BatchDeps, named: string): Promise<void> {
  const close = named.indexOf("}:");
  const [namespace, key] = [named.slice(1, close), named.slice(close + 2)];
  let counted: number;
  do {
    counted = await redis.run((client) =>
      client.countState(
        [keys.state(namespace, key), keys.stateFacts(namespace, key), keys.stateHistory(namespace, key)],
        [key, String(stateHistoryMs)],
      ),
    );
  } while (counted === 2);
}

/** Lists those of these keys that are receipts of their own, with when they end. */
async function listReceipts({ redis, keys }: BatchDeps, found: readonly string[]): Promise<void> {
  const start = keys.formerReceipts();
  const receipts = found.filter((key) => key.startsWith(start));
  if (receipts.length === 0) return;
  await redis.run(async (client) => {
    const ends = await Promise.all(receipts.map((key) => client.pExpireTime(key)));
    const members = receipts.map((key, index) => {
      const end = ends[index] ?? -1;
      return { value: key.slice(start.length), score: end < 0 ? Infinity : end };
    });
    await client.zAdd(keys.formerReceiptIds(), members);
  });
}

export function isRecord({ keys }: Pick<UpgradeDeps, "keys">, key: string): boolean {
  return (
    (key.startsWith(keys.allRecords()) && !key.endsWith(keys.remainsSuffix())) ||
    key.startsWith(keys.allOld())
  );
}

export async function countRecords({ redis, keys }: Pick<UpgradeDeps, "redis" | "keys">): Promise<number> {
  return countIndexed(redis, keys.recordIndex(), "everywhere");
}
