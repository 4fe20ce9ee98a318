import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { build, buildCurrent, whileNoOtherBuilds } from "../bootstrap/build.mjs";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { provideLocalEmbedder } from "../downloads/local-embedder.js";
import { provideRedis } from "../redis/provide.js";
import { watchSources } from "./watch-sources.js";
import { abortedBy, stopRequested, untilStopped } from "../shell/stop-signals.js";

/** Rebuilds and restarts the service whenever a source changes; the Redis runs through. */
async function dev(env: Env, stop: Promise<NodeJS.Signals>): Promise<void> {
  const embedder = await untilStopped(provideLocalEmbedder(env), stop);
  const redis = await provideRedis(env, { signal: abortedBy(stop) });
  try {
    console.error(`redis: ${redis.description}`);
    const service = restartable({ ...env, ...embedder, REDIS_URL: redis.url });
    const unwatch = watchSources(async () => {
      if (buildCurrent()) return;
      console.error("A source changed: building ...");
      if (await whileNoOtherBuilds(() => build({ check: false }))) await service.restart();
    });
    await stop;
    unwatch();
    await service.stop();
  } finally {
    await redis.release();
  }
}

function restartable(env: NodeJS.ProcessEnv) {
  const main = join(repositoryRoot(), "dist", "src", "main.js");
  // Detached: Ctrl-C reaches this process only, which then stops the service, once.
  const start = () =>
    spawn(process.execPath, ["--enable-source-maps", main], { env, stdio: "inherit", detached: true });
  let child = start();
  let stopped = false;
  return {
    async stop() {
      stopped = true;
      await ended(child);
    },
    async restart() {
      await ended(child);
      // The stop may have come during the build.
      if (!stopped) child = start();
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

const stop = stopRequested();
await dev(loadEnv(), stop).catch(reportFailure);
process.exit();
