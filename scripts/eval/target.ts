import { randomBytes } from "node:crypto";
import { createClient } from "../../src/client.js";
import { publicAddress } from "../../src/redis/connection/address.js";
import type { Env } from "../shell/env.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { needsModel, provideModel } from "../downloads/local-model.js";
import { ask as inspectRedis } from "../redis/server/launch.js";
import type { Client } from "./api.js";
import type { EvalOptions } from "./options.js";
import { patientFetch } from "./patient-fetch.js";
import { wipeExceptEmbeddings } from "./wipe.js";

export interface Target {
  readonly client: Client;
  /** What stands before the namespaces of this run. */
  readonly label: string;
  /** Which service and which Redis, for people. */
  readonly description: string;
}

/** Lends a service to one data set: the running one, or one of its own with a Redis of its own. */
export async function withTarget<Result>(
  env: Env,
  options: Pick<EvalOptions, "url" | "redis">,
  dataSet: string,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  if (options.url !== undefined) {
    const label = `eval-${randomBytes(4).toString("hex")}.${nameOf(dataSet)}`;
    return work({
      client: createClient(options.url, { fetch: patientFetch }),
      label,
      description: options.url,
    });
  }
  const model = needsModel(env) ? { MNEME_MODEL_DIR: await provideModel(env) } : {};
  const redis =
    options.redis === undefined ? await startThrowawayRedis(env) : await keptRedis(options.redis, dataSet);
  try {
    const service = await startService({
      env,
      redisUrl: redis.url,
      keyPrefix: prefixOf(dataSet),
      settings: model,
    });
    try {
      return await work({
        client: createClient(service.url, { fetch: patientFetch }),
        label: "eval",
        description: `a service of its own over Redis ${redis.version}`,
      });
    } catch (error) {
      // What became of the service says more than the request that failed.
      service.assertAlive();
      throw error;
    } finally {
      await service.stop();
    }
  } finally {
    await redis.stop();
  }
}

function prefixOf(dataSet: string): string {
  return `mneme-eval-${nameOf(dataSet)}`;
}

/** A folder's name as it can stand in a key prefix and in a namespace. */
function nameOf(dataSet: string): string {
  return dataSet.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 40);
}

async function keptRedis(url: string, dataSet: string) {
  const { version } = await inspectRedis({ url });
  await wipeExceptEmbeddings(url, prefixOf(dataSet));
  return { url, version: `${version} at ${publicAddress(url)}`, async stop() {} };
}
