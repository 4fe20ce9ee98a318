import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import type { Env } from "../shell/env.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { ownProcess, stopChild } from "../harness/children.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { needsModel, provideModel } from "../downloads/local-model.js";

/** What can be run, by the word after `npm run example --`; without one, the first. */
const STORIES = new Map([
  ["agent", ["run.mjs"]],
  ["three-days", ["three-days", "run.mjs"]],
  ["middleware", ["middleware", "run.mjs"]],
]);

/**
 * Runs one of checkpointer/examples with a Redis and a service of its own, which keep nothing: each run gives the same
 * output. The checkpointer and the service share the key prefix that both have by default.
 */
async function main(): Promise<void> {
  const script = scriptOf(process.argv[2] ?? "agent");
  const env = loadEnv();
  const modelDir = needsModel(env) ? await provideModel(env) : undefined;
  const redis = await startThrowawayRedis(env);
  try {
    const service = await startService({
      env,
      redisUrl: redis.url,
      keyPrefix: "mneme",
      settings: modelDir === undefined ? {} : { MNEME_MODEL_DIR: modelDir },
    });
    try {
      await runExample(script, { ...env, REDIS_URL: redis.url, MNEME_URL: service.url });
    } finally {
      await service.stop();
    }
  } finally {
    await redis.stop();
  }
}

function scriptOf(name: string): string {
  const path = STORIES.get(name);
  if (path !== undefined) return join(repositoryRoot(), "checkpointer", "examples", ...path);
  throw new Failure(`There is no example ${name}: ${[...STORIES.keys()].join(", ")}.`);
}

async function runExample(script: string, env: Env): Promise<void> {
  const child = spawn(process.execPath, [script], { env: { ...env }, stdio: "inherit" });
  if (child.pid !== undefined) ownProcess(child.pid);
  const [code]: unknown[] = await once(child, "exit");
  await stopChild(child);
  if (code !== 0) throw new Failure("The example failed.");
}

await main().catch(reportFailure);
process.exit();
