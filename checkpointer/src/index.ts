export type { RedisConnection } from "./connection.js";
export type { ThreadDescription } from "./describe-thread.js";
export type { ListThreadsOptions, ThreadPage, ThreadSummary } from "./list-threads.js";
export type { RedisSaverOptions } from "./options.js";
export type { PruneOptions } from "./prune.js";
export { RedisSaver } from "./saver.js";
