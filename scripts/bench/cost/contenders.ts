import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import type { RedisClient } from "../../../src/redis/connection/client.js";
import { repositoryRoot } from "../../bootstrap/root.mjs";
import { modelFolder } from "../../downloads/local-model.js";
import { startService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { Env } from "../../shell/env.js";
import { Failure } from "../../shell/failure.js";

/** A build of the service over a Redis of its own, so that what its Redis does is its own work. */
export interface Contender {
  readonly name: string;
  readonly service: { readonly pid: number; readonly url: string };
  readonly server: { readonly pid: number; readonly url: string; readonly version: string };
  /** Not a connection of the service. */
  readonly redis: RedisClient;
  /** Of the memories written so far. */
  readonly ids: string[];
}

/** Lends this build, and those of other checkouts, each built already. `more`: what else to set for the services. */
export async function withContenders<Result>(
  env: Env,
  against: readonly string[],
  work: (contenders: readonly Contender[]) => Promise<Result>,
  more: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const model = { MNEME_MODEL_DIR: await modelFolder(env) };
  const ends: (() => Promise<void>)[] = [];
  try {
    const contenders: Contender[] = [];
    for (const root of [repositoryRoot(), ...against.map((folder) => resolve(folder))]) {
      const main = join(root, "dist", "src", "main.js");
      if (!existsSync(main)) throw new Failure(`${root} is not built: run \`npm run build\` there.`);
      const server = await startThrowawayRedis(env);
      ends.push(() => server.stop());
      const settings = { ...model, MNEME_EMBEDDER: "local", ...more };
      const service = await startService({ env, redisUrl: server.url, keyPrefix: "bench", settings, main });
      ends.push(() => service.stop());
      const redis = createRedisClient({ url: server.url });
      await redis.connect();
      ends.push(async () => redis.destroy());
      contenders.push({
        name: contenders.length === 0 ? "this" : root,
        service,
        server,
        redis,
        ids: [],
      });
    }
    return await work(contenders);
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}
