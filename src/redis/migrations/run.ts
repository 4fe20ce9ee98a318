import { setTimeout as sleep } from "node:timers/promises";
import { DomainError } from "../../domain/errors.js";
import { takeLease } from "../../domain/lease.js";
import type { Locks } from "../../domain/lock.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { dropOldIndexes } from "./old-indexes.js";
import { connectedSchemas, writesOlder } from "./processes.js";
import { PRESENT_SCHEMAS } from "../schemas.js";
import { forgetDone, readProgress } from "./progress.js";
import type { Progress } from "./progress.js";
import { upgradeBatch } from "./upgrade-batch.js";
import { PRESENT } from "./upgrade-record.js";
import type { Target } from "./upgrade-record.js";
import { latestOf } from "./record-schemas.js";

export interface MigrationOptions {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  readonly locks: Locks;
  /** How long history of state is kept where a namespace's settings don't say. */
  readonly stateHistoryMs: number;
  /** Whether the present indexes hold all that is stored. */
  readonly indexesComplete: () => Promise<boolean>;
  readonly onProgress: (progress: Progress) => void;
  readonly onDone: () => void;
  readonly onError: (error: unknown) => void;
  readonly target?: Target;
}

export interface Migrations {
  /** Progress of the records, by all processes together. */
  progress(): Promise<Progress>;
  /** Stops after the batch at hand. */
  stop(): Promise<void>;
}

const ELSEWHERE_MS = 1_000;
const FAILED_MS = 5_000;
/** While an older process is connected, it may write records of its own schema. */
const OLDER_MS = 30_000;
const REPORT_MS = 2_000;

/** Upgrades stored records in the background, in one process at a time, and drops the indexes that no process needs. */
export function startMigrations(options: MigrationOptions): Migrations {
  const { redis, keys, locks, target = PRESENT } = options;
  const wanted = { record: latestOf(target.schemas), terms: target.terms };
  const stopping = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
  let done: Progress | undefined;

  async function progress(): Promise<Progress> {
    if (done !== undefined) return done;
    const found = await readProgress(redis, keys, wanted);
    if (found.done) done = found;
    return found;
  }

  /** Whether all records are upgraded. */
  async function upgradeSome(): Promise<boolean> {
    if ((await progress()).done) return true;
    const lease = await takeLease(locks, "upgrade");
    if (lease === undefined) {
      await pause(ELSEWHERE_MS);
      return false;
    }
    let reported = 0;
    try {
      for (;;) {
        const start = Date.now();
        const reachedNow = await upgradeBatch({
          redis,
          keys,
          target,
          stateHistoryMs: options.stateHistoryMs,
          holds: lease.held,
        });
        if (reachedNow.done) return true;
        if (Date.now() - reported > REPORT_MS) {
          options.onProgress(reachedNow);
          reported = Date.now();
        }
        // Leaves as much time to all other work.
        await pause(Date.now() - start);
        if (stopping.signal.aborted || !lease.held()) return false;
      }
    } finally {
      await lease.end();
    }
  }

  /** Whether nothing of an older schema is left, nor a process that needs it. */
  async function tidy(): Promise<boolean> {
    if (!(await options.indexesComplete())) return false;
    const waiting = await redis.run(() => dropOldIndexes(redis.nodes, keys));
    return waiting.length === 0;
  }

  async function forever(): Promise<void> {
    let upgraded = false;
    let again = false;
    while (!stopping.signal.aborted) {
      try {
        if (!upgraded) {
          upgraded = await upgradeSome();
          if (upgraded) options.onDone();
          continue;
        }
        const older = writesOlder((await redis.run(() => connectedSchemas(redis.nodes))) ?? [], {
          ...PRESENT_SCHEMAS,
          ...wanted,
        });
        const tidied = await tidy();
        if (!older && again) {
          await forgetDone(redis, keys);
          done = undefined;
          [upgraded, again] = [false, false];
          continue;
        }
        if (!older && tidied) return;
        again ||= older;
        await pause(OLDER_MS);
      } catch (error) {
        // Redis is away: readiness says so already.
        if (!(error instanceof DomainError && error.retryAfterSeconds !== undefined)) options.onError(error);
        await pause(FAILED_MS);
      }
    }
  }

  const running = forever();
  return {
    progress,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
