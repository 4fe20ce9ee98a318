import type { RedisClient, RedisOptions } from "./redis-client.js";
import { createRedisClient } from "./redis-client.js";
import { openCluster } from "./cluster/open-cluster.js";
import type { Nodes } from "./nodes.js";
import { oneNode } from "./nodes.js";
import { openSentinel } from "./sentinel/open-sentinel.js";
import { readRedisUrl } from "../../domain/redis-url.js";

/** The store's client and what is under it, for any `REDIS_URL`; not connected yet. */
export function openRedis(options: RedisOptions): { readonly client: RedisClient; readonly nodes: Nodes } {
  const place = readRedisUrl(options.url);
  if (place.kind === "cluster") return openCluster(place, options);
  if (place.kind === "sentinel") return openSentinel(place, options);
  const client = createRedisClient(options);
  return { client, nodes: oneNode(client) };
}
