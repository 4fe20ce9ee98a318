import type { Config } from "../../src/config.js";
import { openConnection } from "../../src/redis/connection/open-connection.js";
import { openRedis } from "../../src/redis/connection/open-redis.js";
import { createKeys } from "../../src/redis/keys.js";
import type { Env } from "../shell/env.js";
import { redisUrl } from "./redis.js";

/** The model of the stored vectors; undefined: there are none, or Redis can't be asked, which `checkRedis` reports. */
export async function storedModel(env: Env, config: Config): Promise<string | undefined> {
  const url = redisUrl(env);
  if (url === undefined) return undefined;
  const { keyPrefix } = config.redis;
  const { client } = openRedis({ url, keyPrefix });
  try {
    await openConnection(client);
    return (await client.hGet(createKeys(keyPrefix).meta(), "embedding_model")) ?? undefined;
  } catch {
    return undefined;
  } finally {
    if (client.isOpen) client.destroy();
  }
}
