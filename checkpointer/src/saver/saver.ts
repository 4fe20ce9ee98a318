import type { RunnableConfig } from "@langchain/core/runnables";
import { BaseCheckpointSaver, JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointTuple,
  DeltaChannelHistory,
  PendingWrite,
  SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import { createCodec } from "./codec.js";
import { readAddress, requireAddress } from "../config.js";
import { closeWithin, connect } from "../connect.js";
import { createLanes, createSend } from "../connection.js";
import type { RedisConnection } from "../connection.js";
import type { Context } from "./context.js";
import { copyThread } from "./copy-thread.js";
import { deleteThread } from "./delete-thread.js";
import { getDeltaChannelHistory } from "./delta-history.js";
import { describeThread } from "./describe-thread.js";
import type { ThreadDescription } from "./describe-thread.js";
import { getTuple } from "./get-tuple.js";
import { createKeys } from "../keys.js";
import { createKnownSegments } from "./known-segments.js";
import { list } from "./list.js";
import { listThreads } from "./list-threads.js";
import type { ListThreadsOptions, ThreadPage } from "./list-threads.js";
import { nextVersion } from "./next-version.js";
import {
  readCompression,
  readKeepLast,
  readKeyPrefix,
  readOperationTimeout,
  readTtl,
  refuseUnknown,
} from "../options.js";
import type { FromUrlOptions, RedisSaverOptions } from "../options.js";
import { prune } from "./prune.js";
import type { PruneOptions } from "./prune.js";
import { put } from "./put.js";
import { putWrites } from "./put-writes.js";
import { createRun } from "../scripts.js";
import { createTidy } from "./tidy.js";
import type { Tidy } from "./tidy.js";
import { withTimeLimit } from "../time-limit.js";

/** A LangGraph checkpointer on any Redis from version 7: single, Cluster, Sentinel; no modules needed. */
export class RedisSaver extends BaseCheckpointSaver {
  readonly #context: Omit<Context, "codec">;
  readonly #threshold: number;
  readonly #ownSerde: SerializerProtocol | undefined;
  #current: { readonly serde: SerializerProtocol; readonly context: Context } | undefined;
  readonly #tidy: Tidy | undefined;
  #close: (() => Promise<unknown>) | undefined;

  /**
   * @param client of node-redis (`createClient`, `createClientPool`, `createCluster`, `createSentinel`) or of ioredis,
   * connected by the caller, who also closes it
   */
  constructor(client: RedisConnection, options: RedisSaverOptions = {}) {
    super(options.serde);
    refuseUnknown(options);
    const send = withTimeLimit(
      createSend(client),
      readOperationTimeout(options.operationTimeoutMs),
      createLanes(client),
    );
    this.#ownSerde = options.serde === undefined ? this.serde : undefined;
    this.#threshold = readCompression(options.compression);
    this.#context = {
      send,
      run: createRun(send),
      keys: createKeys(readKeyPrefix(options)),
      ttl: readTtl(options),
      known: createKnownSegments(),
      announced: new Set(),
    };
    const keepLast = readKeepLast(options.keepLast);
    this.#tidy = keepLast === undefined ? undefined : createTidy(keepLast);
  }

  /**
   * Connects to a Redis: `redis://host`, a cluster `redis+cluster://a,b,c`, or the master that Sentinels name,
   * `redis+sentinel://a,b,c/mymaster`; with TLS `rediss…`. Rejects with the reason when it can't be reached within `connectTimeoutMs`, or refuses the
   * credentials. The saver owns this connection: `end` closes it.
   */
  static async fromUrl(
    url: string,
    { connectTimeoutMs, client: clientOptions, ...options }: FromUrlOptions = {},
  ): Promise<RedisSaver> {
    refuseUnknown(options);
    const client = await connect(url, connectTimeoutMs, clientOptions);
    try {
      const saver = new RedisSaver(client, options);
      saver.#close = () => closeWithin(client, readOperationTimeout(options.operationTimeoutMs));
      return saver;
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

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const address = readAddress(config);
    return address === undefined ? undefined : getTuple(this.#verbs(), address);
  }

  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    yield* list(this.#verbs(), config, options);
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    // LangGraph's own test helpers leave it out.
    newVersions: ChannelVersions = checkpoint.channel_versions,
  ): Promise<RunnableConfig> {
    const parent = requireAddress(config);
    const stored = await put(this.#verbs(), { parent, checkpoint, metadata, newVersions });
    await this.#tidy?.(this.#verbs(), parent.threadId);
    return stored;
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const address = requireAddress(config);
    if (address.checkpointId === "") {
      throw new TypeError('Writes belong to a checkpoint: set "checkpoint_id" in config.configurable.');
    }
    await putWrites(this.#verbs(), { address, writes, taskId, taskPath });
  }

  override async deleteThread(threadId: string): Promise<void> {
    await deleteThread(this.#verbs(), threadId);
  }

  override async getDeltaChannelHistory(options: {
    config: RunnableConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    if (options.channels.length === 0) return {};
    return getDeltaChannelHistory(this.#verbs(), requireAddress(options.config), options.channels);
  }

  override getNextVersion(current: number | undefined): number {
    return nextVersion(current);
  }

  /** Copies all of a thread to a thread that doesn't exist yet. */
  async copyThread(sourceThreadId: string, targetThreadId: string): Promise<void> {
    await copyThread(this.#verbs(), sourceThreadId, targetThreadId);
  }

  /** Removes a thread's old checkpoints, except those that are still needed, and gives their number. */
  async prune(threadId: string, options: PruneOptions): Promise<number> {
    return prune(this.#verbs(), threadId, options);
  }

  /** A page of threads, the youngest first. */
  async listThreads(options?: ListThreadsOptions): Promise<ThreadPage> {
    return listThreads(this.#verbs(), options);
  }

  /** Undefined when there is no such thread. */
  async describeThread(threadId: string): Promise<ThreadDescription | undefined> {
    return describeThread(this.#verbs(), threadId);
  }

  /** `serde` can be replaced at any time. */
  #verbs(): Context {
    const { serde } = this;
    if (this.#current?.serde !== serde) {
      const codec = createCodec({
        serde,
        isLangGraphs: serde === this.#ownSerde,
        isLossy: serde === this.#ownSerde || serde instanceof JsonPlusSerializer,
        threshold: this.#threshold,
      });
      this.#current = { serde, context: { ...this.#context, codec } };
    }
    return this.#current.context;
  }
}
