import { loadConfig } from "../../src/config.js";
import { serve } from "../../src/main.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { provideLocalEmbedder } from "../downloads/local-embedder.js";
import { provideRedis } from "../redis/provide.js";
import type { ProvidedRedis } from "../redis/provide.js";
import { abortedBy, stopRequested, untilStopped } from "../shell/stop-signals.js";
import { runWorkers } from "./run-workers.js";
import type { Serving } from "./worker-messages.js";

/** Runs the service of this machine in so many processes, and ends this process with it. */
export async function start(workers = 1): Promise<void> {
  const stop = stopRequested();
  await startUntil(loadEnv(), workers, stop).catch(reportFailure);
  // Whatever a library left open, e.g. an idle socket, must not keep a stopped service alive.
  process.exit();
}

/** Brings what the service needs, runs it until a signal, then takes down the service before its Redis. */
async function startUntil(env: Env, workers: number, stop: Promise<NodeJS.Signals>): Promise<void> {
  checkConfig(env);
  const embedder = await untilStopped(provideLocalEmbedder(env), stop);
  const redis = await provideRedis(env, { signal: abortedBy(stop) });
  try {
    const needs = { ...embedder, REDIS_URL: redis.url };
    await (workers === 1 ? run(env, needs, redis, stop) : runMany(workers, needs, redis, stop));
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
    MNEME_EMBEDDING_SECOND_MODEL_DIR: env["MNEME_EMBEDDING_SECOND_MODEL_DIR"] || ".",
  });
}

/** What is brought for the service, as its variables. */
type Needs = Readonly<Record<string, string>>;

async function run(
  env: Env,
  needs: Needs,
  redis: ProvidedRedis,
  stop: Promise<NodeJS.Signals>,
): Promise<void> {
  const service = await serve({ env: { ...env, ...needs }, signal: abortedBy(stop) });
  announce(service, redis);
  await stop;
  await service.stop();
}

async function runMany(
  count: number,
  needs: Needs,
  redis: ProvidedRedis,
  stop: Promise<NodeJS.Signals>,
): Promise<void> {
  const workers = await runWorkers(count, needs, abortedBy(stop));
  announce(workers.first, redis, ` | workers: ${count}`);
  await stop;
  await workers.stop();
}

function announce({ url, embedder, access }: Serving, redis: ProvidedRedis, more = ""): void {
  console.log(
    `mneme at ${url} | redis: ${redis.description} | embedder: ${embedder} | open to: ${access}${more}`,
  );
}
