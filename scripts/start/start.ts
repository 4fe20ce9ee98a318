import { loadConfig } from "../../src/config.js";
import { serve } from "../../src/main.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { provideLocalEmbedder } from "../downloads/local-embedder.js";
import { provideRedis } from "../redis/provide.js";
import type { ProvidedRedis } from "../redis/provide.js";
import { abortedBy, stopRequested, untilStopped } from "../shell/stop-signals.js";

/** Runs the service of this machine, and ends the process with it. */
export async function start(): Promise<void> {
  const stop = stopRequested();
  await startUntil(loadEnv(), stop).catch(reportFailure);
  // Whatever a library left open, e.g. an idle socket, must not keep a stopped service alive.
  process.exit();
}

/** Brings what the service needs, runs it until a signal, then takes down the service before its Redis. */
async function startUntil(env: Env, stop: Promise<NodeJS.Signals>): Promise<void> {
  checkConfig(env);
  const embedder = await untilStopped(provideLocalEmbedder(env), stop);
  const redis = await provideRedis(env, { signal: abortedBy(stop) });
  try {
    await run({ ...env, ...embedder }, redis, stop);
  } finally {
    await redis.release();
  }
}

/** Says what is wrong before anything is fetched or started for it; what `start` brings itself counts as given. */
function checkConfig(env: Env): void {
  loadConfig({
    ...env,
    REDIS_URL: env["REDIS_URL"] || "redis://127.0.0.1",
    MNEME_MODEL_DIR: env["MNEME_MODEL_DIR"] || ".",
  });
}

async function run(env: Env, redis: ProvidedRedis, stop: Promise<NodeJS.Signals>): Promise<void> {
  const service = await serve({
    env: { ...env, REDIS_URL: redis.url },
    signal: abortedBy(stop),
  });
  console.log(
    `mneme at ${service.url} | redis: ${redis.description} | embedder: ${service.embedder} | open to: ${service.access}`,
  );
  await stop;
  await service.stop();
}
