import { type ChildProcess, spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { build, buildCurrent } from "./bootstrap/build.mjs";
import { repositoryRoot } from "./bootstrap/root.mjs";
import { type Env, loadEnv } from "./env.js";
import { reportFailure } from "./failure.js";
import { needsModel, provideModel } from "./model.js";
import { provideRedis } from "./redis/provide.js";
import { abortedBy, stopRequested, untilStopped } from "./stop-signals.js";

const SETTLE_MS = 150;

/** Rebuilds and restarts the service whenever a source changes; the Redis runs through. */
async function dev(env: Env, stop: Promise<NodeJS.Signals>): Promise<void> {
  const modelDir = needsModel(env) ? await untilStopped(provideModel(env), stop) : undefined;
  const redis = await provideRedis(env, { signal: abortedBy(stop) });
  try {
    console.error(`redis: ${redis.description}`);
    const service = restartable({
      ...env,
      REDIS_URL: redis.url,
      ...(modelDir === undefined ? {} : { MNEME_MODEL_DIR: modelDir }),
    });
    const unwatch = onSourceChange(async () => {
      if (buildCurrent()) return;
      console.error("A source changed: building ...");
      if (build({ check: false })) await service.restart();
    });
    await stop;
    unwatch();
    await service.stop();
  } finally {
    await redis.release();
  }
}

/** Calls back, one call at a time, when the sources have been quiet for a moment after a change. */
function onSourceChange(callback: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const queue = async (previous: Promise<void>) => {
    await previous;
    await callback().catch((error: unknown) => console.error(error));
  };
  const watchers = ["src", "scripts"].map((folder) =>
    watch(join(repositoryRoot(), folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        running = queue(running);
      }, SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
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
