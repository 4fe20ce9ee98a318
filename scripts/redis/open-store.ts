import { openRedis } from "../../src/redis/connection/open-redis.js";
import type { RedisClient } from "../../src/redis/connection/client.js";
import type { Nodes } from "../../src/redis/connection/nodes.js";
import { connectTo } from "../../src/redis/connection/server.js";
import type { ServerFacts } from "../../src/redis/connection/server.js";
import type { Patience } from "../../src/redis/connection/patience.js";

export interface OpenStore {
  readonly client: RedisClient;
  readonly nodes: Nodes;
  readonly facts: ServerFacts;
  close(): void;
}

/** Connects a command to the store at any `REDIS_URL`: a single server, a cluster, or what Sentinels name. */
export async function openStore(
  url: string,
  patience: Patience = { note: console.error },
  keyPrefix?: string,
): Promise<OpenStore> {
  const { client, nodes } = openRedis({ url, ...(keyPrefix === undefined ? {} : { keyPrefix }) });
  const close = (): void => {
    if (client.isOpen) client.destroy();
  };
  try {
    return { client, nodes, facts: await connectTo(client, url, patience, nodes), close };
  } catch (error) {
    close();
    throw error;
  }
}
