import { JsonPlusSerializer, MemorySaver } from "@langchain/langgraph-checkpoint";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { RedisSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-redis";
import { RedisSaver } from "@mneme/checkpointer";
import type { RedisConnection, RedisSaverOptions } from "@mneme/checkpointer";
import { createClient } from "redis";
import type { Env } from "../../shell/env.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { ThrowawayRedis } from "../../harness/throwaway-redis.js";

export const OURS = "mneme";
export const OFFICIAL = "official";
export const MEMORY = "MemorySaver";
export const PING = "PING";
/** Ours without what it does about lists, to see what that is worth. */
const WHOLE = "mneme, lists whole";
const WHOLE_DEFLATED = "mneme, lists whole, deflated";
const DEFLATED = "mneme, deflated";

export interface Saver {
  readonly name: string;
  readonly saver: BaseCheckpointSaver;
  /** What its keys of a thread start with; undefined where it has none. */
  keyPattern(threadId: string): string | undefined;
}

export interface Bench {
  readonly server: ThrowawayRedis;
  /** For what isn't a saver's: PING, foreign keys, counting. */
  readonly redis: Awaited<ReturnType<typeof connect>>;
  readonly savers: readonly Saver[];
  /** Ours in other ways. */
  readonly variants: readonly Saver[];
}

const PREFIX = "ours";

const compression = { threshold: 300 };

function variant(name: string, redis: RedisConnection, options: RedisSaverOptions): Saver {
  const keyPrefix = name.replaceAll(/\W+/g, "-");
  const saver = new RedisSaver(redis, { ...options, keyPrefix });
  return { name, saver, keyPattern: (threadId) => `${keyPrefix}:{${threadId}}:*` };
}

/** Lends all savers, those with a Redis on the same one, each with a connection of its own. */
export async function withBench<Result>(env: Env, work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const server = await startThrowawayRedis(env);
  try {
    const redis = await connect(server.url);
    await using ours = await RedisSaver.fromUrl(server.url, { keyPrefix: PREFIX });
    const official = await OfficialSaver.fromUrl(server.url);
    try {
      return await work({
        server,
        redis,
        savers: [
          { name: OURS, saver: ours, keyPattern: (threadId) => `${PREFIX}:{${threadId}}:*` },
          { name: OFFICIAL, saver: official, keyPattern: (threadId) => `*:${threadId}:*` },
          { name: MEMORY, saver: new MemorySaver(), keyPattern: () => undefined },
        ],
        variants: [
          // Of a serializer that isn't LangGraph's own instance, nothing is known that lists could be split by.
          variant(WHOLE, redis, { serde: new JsonPlusSerializer() }),
          variant(WHOLE_DEFLATED, redis, { serde: new JsonPlusSerializer(), compression }),
          variant(DEFLATED, redis, { compression }),
        ],
      });
    } finally {
      await official.end();
      redis.destroy();
    }
  } finally {
    await server.stop();
  }
}

/** As the savers connect: a PING by a client with other options would be another floor. */
async function connect(url: string) {
  const client = createClient({ url });
  client.on("error", () => {});
  await client.connect();
  return client;
}
