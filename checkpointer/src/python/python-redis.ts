import type { RedisClientOptions } from "redis";
import { closeWithin, connect } from "../connect.js";
import { createSend } from "../connection.js";
import type { RedisConnection, Send } from "../connection.js";
import type { StoreSource } from "../copy/copy-store.js";
import type { ThreadSource } from "../copy/thread-source.js";
import { pythonItems } from "./items.js";
import { pythonThreads } from "./threads.js";

export interface PythonRedisOptions {
  /** `checkpoint_prefix` of the saver. Default: `checkpoint`. */
  readonly checkpointPrefix?: string;
  /** `checkpoint_write_prefix` of the saver. Default: `checkpoint_write`. */
  readonly checkpointWritePrefix?: string;
  /** `store_prefix` of the store. Default: `store`. */
  readonly storePrefix?: string;
}

export interface PythonRedisUrlOptions extends PythonRedisOptions {
  /** Time limit of the first connection with its handshake, in milliseconds. Default: 5 s. */
  readonly connectTimeoutMs?: number;
  /** Options of node-redis's `createClient`. */
  readonly client?: Omit<RedisClientOptions, "url">;
}

const NAMES: ReadonlySet<string> = new Set(["checkpointPrefix", "checkpointWritePrefix", "storePrefix"]);
const CLOSE_MS = 5000;

/**
 * What `langgraph-checkpoint-redis` 0.5 for Python has stored: threads of `RedisSaver`, `AsyncRedisSaver` and the shallow
 * savers for `copyThreads`, and items of `RedisStore` and `AsyncRedisStore` for `copyStore`. It only reads. The Redis
 * must be a single one, or the master that Sentinels name; of a cluster, copy from each primary.
 */
export class PythonRedis {
  readonly threads: ThreadSource;
  readonly store: StoreSource;
  #close: (() => Promise<unknown>) | undefined;

  /** @param client connected by the caller, who also closes it */
  constructor(client: RedisConnection, options: PythonRedisOptions = {}) {
    const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
    if (unknown.length > 0) {
      throw new TypeError(
        `PythonRedis has no option ${unknown.join(", ")}. Its options are ${[...NAMES].join(", ")}.`,
      );
    }
    const {
      checkpointPrefix = "checkpoint",
      checkpointWritePrefix = "checkpoint_write",
      storePrefix = "store",
    } = options;
    if ("getSlotMaster" in client || ("isCluster" in client && client.isCluster === true)) {
      throw new TypeError("PythonRedis reads a single Redis: of a cluster, copy from each primary.");
    }
    const send: Send = createSend(client);
    this.threads = pythonThreads(send, { checkpoints: checkpointPrefix, writes: checkpointWritePrefix });
    this.store = pythonItems(send, storePrefix);
  }

  /** Connects to a Redis, `redis://host` or `redis+sentinel://a,b,c/mymaster`; `end` closes this connection. */
  static async fromUrl(
    url: string,
    { connectTimeoutMs, client: clientOptions, ...options }: PythonRedisUrlOptions = {},
  ): Promise<PythonRedis> {
    const client = await connect(url, connectTimeoutMs, clientOptions);
    try {
      const source = new PythonRedis(client, options);
      source.#close = () => closeWithin(client, CLOSE_MS);
      return source;
    } catch (error) {
      await client.destroy();
      throw error;
    }
  }

  /** Closes the connection that `fromUrl` opened. A client that was given stays open. */
  async end(): Promise<void> {
    const close = this.#close;
    this.#close = undefined;
    await close?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
