import { serve } from "../src/main.js";
import { ConfigError } from "../src/config.js";
import { EmbeddingModelMismatch } from "../src/redis/embedding-model.js";
import { type Env, loadEnv } from "./env.js";
import { Failure, reportFailure } from "./failure.js";
import { needsModel, provideModel } from "./model.js";
import { type ProvidedRedis, provideRedis } from "./redis/provide.js";
import { stopRequested } from "./stop-signals.js";

/** Brings what the service needs, runs it until a signal, then takes down the service before its Redis. */
async function start(env: Env, stop: Promise<NodeJS.Signals>): Promise<void> {
  const modelDir = needsModel(env) ? await provideModel(env) : undefined;
  const redis = await provideRedis(env);
  try {
    await run(env, modelDir, redis, stop);
  } finally {
    await redis.release();
  }
}

async function run(
  env: Env,
  modelDir: string | undefined,
  redis: ProvidedRedis,
  stop: Promise<NodeJS.Signals>,
): Promise<void> {
  const service = await serve({
    env: { ...env, REDIS_URL: redis.url, ...(modelDir === undefined ? {} : { MNEME_MODEL_DIR: modelDir }) },
  });
  console.log(`mneme at ${service.url} | redis: ${redis.description} | embedder: ${service.embedder}`);
  await stop;
  await service.stop();
}

/** What the user can mend is told without a stack. */
function explain(error: unknown): unknown {
  if (error instanceof ConfigError || error instanceof EmbeddingModelMismatch) {
    return new Failure(error.message, { cause: error });
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return new Failure(`The service can't listen: ${error.message}. PORT=<number> chooses another port.`);
  }
  return error;
}

const stop = stopRequested();
await start(loadEnv(), stop).catch((error: unknown) => reportFailure(explain(error)));
// Whatever a library left open, e.g. an idle socket, must not keep a stopped service alive.
process.exit();
