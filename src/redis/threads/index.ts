import type { CheckpointTuple, SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { RedisSaver } from "@mneme/checkpointer";
import type { StoredCheckpoint, ThreadStore } from "../../threads/ports.js";
import { OpaqueValue } from "../../threads/ports.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** The threads of graphs whose savers share this Redis, read by the same package that wrote them. */
export function createThreadStore(redis: RedisGateway, keys: Keys): ThreadStore {
  /** The package and LangChain's below it are a third of what the service loads, and few ask for threads. */
  async function saverOf(namespace: string | undefined): Promise<RedisSaver> {
    const { RedisSaver } = await import("@mneme/checkpointer");
    return new RedisSaver(redis.client, {
      keyPrefix: keys.graphPrefix(),
      serde: inert,
      ...(namespace === undefined ? {} : { namespace }),
    });
  }
  return {
    async list(namespace, cursor, limit) {
      const options = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const saver = await saverOf(namespace);
      const page = await redis.run(() => saver.listThreads(options));
      const threads = page.threads.map((thread) => ({
        ...threadOf(thread),
        createdAt: thread.createdAt.getTime(),
      }));
      return { threads, cursor: page.cursor };
    },
    async describe({ namespace, id }) {
      const saver = await saverOf(namespace);
      const thread = await redis.run(() => saver.describeThread(id));
      return thread === undefined ? undefined : threadOf(thread);
    },
    async checkpoints({ namespace, id }, { checkpointNamespace, before, limit }) {
      const config = { configurable: { thread_id: id, checkpoint_ns: checkpointNamespace } };
      const options = {
        limit,
        ...(before === undefined ? {} : { before: { configurable: { checkpoint_id: before } } }),
      };
      const saver = await saverOf(namespace);
      return redis.run(async () => {
        const found: StoredCheckpoint[] = [];
        for await (const tuple of saver.list(config, options)) found.push(checkpointOf(tuple));
        return found;
      }, PAGE_TIMEOUT_MS);
    },
    async remove({ namespace, id }) {
      const saver = await saverOf(namespace);
      await redis.run(() => saver.deleteThread(id));
    },
  };
}

/** Checkpoints may be large, and a page of them is more than one command. */
const PAGE_TIMEOUT_MS = 5_000;

/** Parses, but creates no objects of the graph's classes: a graph's data is untrusted, and only to be shown. */
const inert: SerializerProtocol = {
  dumpsTyped() {
    throw new Error("Threads are only read here.");
  },
  async loadsTyped(type, data) {
    const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
    if (type === "bytes") return new OpaqueValue("Uint8Array", bytes.length);
    if (type === "json") {
      try {
        return JSON.parse(bytes.toString("utf8")) as unknown;
      } catch {
        // A serializer of a caller's own may call anything so.
      }
    }
    return new OpaqueValue(type, bytes.length);
  },
};

function threadOf(thread: {
  readonly threadId: string;
  readonly checkpoints: number;
  readonly namespaces: readonly string[];
  readonly expiresAt: Date | undefined;
}) {
  return {
    id: thread.threadId,
    checkpoints: thread.checkpoints,
    checkpointNamespaces: thread.namespaces,
    expiresAt: thread.expiresAt?.getTime() ?? null,
  };
}

function checkpointOf({ config, checkpoint, metadata, parentConfig, pendingWrites = [] }: CheckpointTuple) {
  return {
    id: textOf(config.configurable?.["checkpoint_id"]) ?? "",
    namespace: textOf(config.configurable?.["checkpoint_ns"]) ?? "",
    parentId: textOf(parentConfig?.configurable?.["checkpoint_id"]) ?? null,
    timestamp: checkpoint.ts,
    metadata,
    values: checkpoint.channel_values,
    writes: pendingWrites.map(([taskId, channel, value]) => ({ taskId, channel, value })),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
