import type { Migrations } from "../redis/migrations/run.js";
import { startMigrations } from "../redis/migrations/run.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";
import type { Indexes } from "./indexes.js";
import type { Redis } from "./redis.js";

/** Upgrades what an older release wrote; at work from here on. */
export function startUpgrade(base: Base, redis: Redis, indexes: Indexes): Migrations {
  const { config, logger, stores } = base;
  return startMigrations({
    redis: redis.gateway,
    keys: redis.keys,
    locks: stores.locks,
    stateHistoryMs: config.stateHistorySeconds * 1000,
    indexesComplete: async () => (await indexes.filled()) === 1,
    onProgress: ({ seen, total }) => logger.info({ seen, total }, "upgrading records of an older release"),
    onDone: () => logger.info("all records have the current schema"),
    onError: reporter(base, "upgrade"),
  });
}

/** A store without records has nothing to upgrade. */
export async function isUpgraded({ progress }: Pick<Migrations, "progress">): Promise<boolean> {
  const { done, total } = await progress();
  return done || total === 0;
}
