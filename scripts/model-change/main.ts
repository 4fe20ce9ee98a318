// node scripts/run.mjs model-change [MEMORIES]: changes the embedding model of a store of that size while it is asked.
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import type { z } from "@hono/zod-openapi";
import type { migrationView, modelsView } from "../../src/http/embeddings/schemas.js";
import { modelFolder } from "../downloads/local-model.js";
import { fill, namespaceOf } from "../backup-drill/store.js";
import { call } from "../harness/call.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { startProvider } from "./provider.js";

const ROUTE = "/v1/embedding-migrations";
const DIMENSIONS = 64;
const LOOK_MS = 500;
const LOAD_EVERY_MS = 200;

type Migration = z.output<typeof migrationView>;

async function main(): Promise<void> {
  const memories = Number(process.argv[2] ?? 20_000);
  if (!Number.isInteger(memories) || memories < 10) throw new Failure("usage: model-change [MEMORIES]");
  const env = loadEnv();
  const modelDir = await modelFolder(env);
  const provider = await startProvider(DIMENSIONS);
  const redis = await startThrowawayRedis(env);
  const settings = {
    MNEME_EMBEDDER: "local",
    MNEME_MODEL_DIR: modelDir,
    MNEME_EMBEDDING_SECOND: "openai",
    MNEME_EMBEDDING_SECOND_API_KEY: "none",
    MNEME_EMBEDDING_SECOND_BASE_URL: provider.url,
    MNEME_EMBEDDING_SECOND_DIMENSIONS: String(DIMENSIONS),
  };
  const service = await startService({ env, redisUrl: redis.url, keyPrefix: "change", settings });
  const client = createClient({ url: redis.url });
  await client.connect();
  const megabytes = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]) / 1e6;
  try {
    await fill(service.url, memories);
    const before = await megabytes();
    const quiet = await underLoad(service.url, () => sleep(10_000));
    report("before", quiet.figures, before);

    const looks: { readonly at: number; readonly migration: Migration }[] = [];
    const start = Date.now();
    let filled = 0;
    const busy = await underLoad(service.url, async () => {
      await call(service.url, "POST", ROUTE, {});
      for (;;) {
        const migration = await latest(service.url);
        looks.push({ at: Date.now(), migration });
        if (filled === 0 && migration.status !== "filling") filled = Date.now();
        if (migration.status === "switched") return;
        await sleep(LOOK_MS);
      }
    });
    report("while it fills", busy.figures, await megabytes());
    const seconds = (filled - start) / 1000;
    console.log(`filled: ${memories} in ${seconds.toFixed(1)} s (${Math.round(memories / seconds)}/s)`);
    for (const share of [0.25, 0.5, 0.75]) {
      const look = looks.find(
        ({ migration }) => migration.eta !== null && migration.seen >= share * memories,
      );
      if (look === undefined) continue;
      const left = (filled - look.at) / 1000;
      const said = (Date.parse(look.migration.eta ?? "") - look.at) / 1000;
      console.log(
        `at ${share * 100} %: ${said.toFixed(1)} s were expected to be left, ${left.toFixed(1)} s were`,
      );
    }
    const switched = looks.at(-1)?.migration;
    console.log(
      `switched ${((Date.now() - filled) / 1000).toFixed(1)} s later; overlap@10 ${switched?.report?.mean_overlap_at_10?.toFixed(2)} of ${switched?.report?.queries} queries`,
    );

    const finishing = Date.now();
    await call(service.url, "POST", `${ROUTE}/${switched?.id}/steps`, { step: "finish" });
    const after = await underLoad(service.url, async () => {
      while ((await latest(service.url)).status !== "finished") await sleep(LOOK_MS);
    });
    console.log(`finished in ${((Date.now() - finishing) / 1000).toFixed(1)} s`);
    report("afterwards", after.figures, await megabytes());
  } finally {
    client.destroy();
    await service.stop();
    await redis.stop();
    provider.stop();
  }
}

async function latest(url: string): Promise<Migration> {
  // The service's own answer.
  const { migration } = (await call(url, "GET", ROUTE)) as z.output<typeof modelsView>;
  if (migration === null) throw new Failure("There is no migration.");
  return migration;
}

interface Figures {
  readonly recalls: number[];
  readonly writes: number[];
  empty: number;
  degraded: number;
}

/** Asks and writes all the time, and looks how long that takes. */
async function underLoad(url: string, work: () => Promise<void>): Promise<{ readonly figures: Figures }> {
  const figures: Figures = { recalls: [], writes: [], empty: 0, degraded: 0 };
  const state = { ended: false };
  const load = (async () => {
    for (let count = 0; !state.ended; count++) {
      const asked = performance.now();
      const found = (await call(url, "POST", "/v1/recall", {
        query: `What was stored about number ${count}?`,
        namespaces: [namespaceOf],
        mode: "vector",
      })) as { hits: unknown[]; degraded: string[] };
      figures.recalls.push(performance.now() - asked);
      if (found.hits.length === 0) figures.empty += 1;
      if (found.degraded.length > 0) figures.degraded += 1;
      const wrote = performance.now();
      await call(url, "POST", `/v1/namespaces/${namespaceOf}/memories`, {
        content: `Written under load: ${Date.now()} ${count}.`,
        memory_type: "semantic",
      });
      figures.writes.push(performance.now() - wrote);
      await sleep(LOAD_EVERY_MS);
    }
  })();
  try {
    await work();
  } finally {
    state.ended = true;
    await load;
  }
  return { figures };
}

function report(when: string, { recalls, writes, empty, degraded }: Figures, megabytes: number): void {
  const median = (values: readonly number[]): string =>
    `${Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0)} ms`;
  console.log(
    `${when}: recall ${median(recalls)}, write ${median(writes)} (medians of ${recalls.length}); ${empty} recalls empty, ${degraded} degraded; Redis uses ${megabytes.toFixed(1)} MB`,
  );
}

await main().catch(reportFailure);
process.exit();
