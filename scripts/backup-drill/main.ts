// node scripts/run.mjs backup-drill [MEMORIES]: whether a store of that size comes back after its machine is lost.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { modelFolder } from "../downloads/local-model.js";
import { startService } from "../harness/service.js";
import type { RunningService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import type { ThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { ask, compare, fill, namespaceOf } from "./store.js";

const PREFIX = "drill";
const CLI = join(repositoryRoot(), "dist", "scripts", "cli", "main.js");

async function main(): Promise<void> {
  const memories = Number(process.argv[2] ?? 50_000);
  if (!Number.isInteger(memories) || memories < 10) throw new Failure("usage: backup-drill [MEMORIES]");
  const env = loadEnv();
  const modelDir = await modelFolder(env);
  const folder = mkdtempSync(join(tmpdir(), "mneme-drill-"));
  const file = join(folder, "backup.jsonl");
  try {
    const first = await startStore(env, modelDir);
    await timed("stored", memories, () => fill(first.service.url, memories));
    const before = await answersOf(first, env, memories);
    await timed("exported", memories, () =>
      mneme(["export", "--out", file, "--namespace", namespaceOf, "--vectors", "--url", first.service.url]),
    );
    report("the file", `${(statSync(file).size / 1e6).toFixed(1)} MB`);
    report("the exporting service's peak memory", peakOf(first.service.pid));
    await lose(first);

    const second = await startStore(env, modelDir);
    await timed("imported", memories, () => mneme(["import", file, "--url", second.service.url]));
    report("the importing service's peak memory", peakOf(second.service.pid));
    const after = await answersOf(second, env, memories);
    compare(before, after);
    report("recalls with the same ids in the same order", `${after.length} of ${before.length}`);
    await second.service.stop();
    await second.redis.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Store {
  readonly redis: ThrowawayRedis;
  readonly service: RunningService;
  readonly settings: Readonly<Record<string, string>>;
}

async function startStore(env: Env, modelDir: string): Promise<Store> {
  const redis = await startThrowawayRedis(env);
  // A command that waits for its turn on a busy machine is no Redis that is away.
  const settings = { MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: modelDir, MNEME_REDIS_TIMEOUT_MS: "4000" };
  const service = await startService({ env, redisUrl: redis.url, keyPrefix: PREFIX, settings });
  return { redis, service, settings };
}

/** Asks a new process: one that has written keeps counts of terms from before for half a minute, which moves ranks. */
async function answersOf({ redis, settings }: Store, env: Env, memories: number): Promise<readonly string[]> {
  const service = await startService({ env, redisUrl: redis.url, keyPrefix: PREFIX, settings });
  try {
    return await ask(service.url, memories);
  } finally {
    await service.stop();
  }
}

/** The processes end as by a power cut, and nothing of their data is left: this Redis keeps none on disk. */
async function lose({ redis, service }: Store): Promise<void> {
  for (const pid of [service.pid, redis.pid]) process.kill(pid, "SIGKILL");
  await sleep(200);
}

async function mneme(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "inherit", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Failure(`mneme ${args.join(" ")} failed:\n${errors}`);
}

async function timed(what: string, memories: number, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  report(what, `${memories} memories in ${seconds.toFixed(1)} s (${Math.round(memories / seconds)}/s)`);
}

function report(what: string, value: string): void {
  console.log(`${what}: ${value}`);
}

/** As Linux tells it. */
function peakOf(pid: number): string {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return `${Math.round(Number(kilobytes) / 1024)} MB`;
  } catch {
    return "unknown";
  }
}

await main().catch(reportFailure);
process.exit();
