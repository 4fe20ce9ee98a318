export type { RedisConnection } from "./connection.js";
export type { ThreadDescription } from "./saver/describe-thread.js";
export type { ListThreadsOptions, ThreadPage, ThreadSummary } from "./saver/list-threads.js";
export type { FromUrlOptions, RedisSaverOptions } from "./options.js";
export type { PruneOptions } from "./saver/prune.js";
export { RedisSaver } from "./saver/saver.js";
export { type MnemeFieldError, MnemeStoreError } from "./store/errors.js";
export type { MnemeStoreOptions } from "./store/options.js";
export { MnemeStore } from "./store/store.js";
