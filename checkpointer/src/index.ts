export { copyStore } from "./copy/copy-store.js";
export type {
  CopiedStore,
  CopyStoreOptions,
  SourceItem,
  StoreSource,
  UnreadItem,
} from "./copy/copy-store.js";
export { copyThreads } from "./copy/copy-threads.js";
export type { CopiedThreads, CopyProblem, CopyThreadsOptions } from "./copy/copy-threads.js";
export { PythonRedis } from "./python/python-redis.js";
export type { PythonRedisOptions, PythonRedisUrlOptions } from "./python/python-redis.js";
export type { Place, ReadCheckpoint, ThreadSource, Unread } from "./copy/thread-source.js";
export type { RedisConnection } from "./connection.js";
export type { ThreadDescription } from "./saver/describe-thread.js";
export type { ListThreadsOptions, ThreadPage, ThreadSummary } from "./saver/list-threads.js";
export type { FromUrlOptions, RedisSaverOptions } from "./options.js";
export type { PruneOptions } from "./saver/prune.js";
export { RedisSaver } from "./saver/saver.js";
export { RedisTimeoutError } from "./time-limit.js";
export { type MnemeFieldError, MnemeStoreError } from "./store/errors.js";
export type { MnemeStoreOptions } from "./store/options.js";
export { MnemeStore } from "./store/store.js";
export type { TidyOptions } from "./value/tidy-parts.js";
