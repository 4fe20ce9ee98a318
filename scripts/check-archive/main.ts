// node scripts/run.mjs check-archive [RECORDS]: what archiving so many episodes takes, saves, and costs a recall.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { z } from "zod";
import { createCorpus } from "../bench/corpus/corpus.js";
import { modelFolder } from "../downloads/local-model.js";
import { call } from "../harness/call.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { Failure, reportFailure } from "../shell/failure.js";

const NAMESPACE = "acme.support";
const BATCH = 100;
const DIMENSIONS = 384;
const RECALLS = 200;
const STANDS_STILL_MS = 60_000;

const corpus = createCorpus({ seed: 20_261, dimensions: DIMENSIONS, characters: 600 });
const statsView = z.object({
  archive: z.object({ memories: z.int(), segments: z.int(), bytes: z.int() }),
});
const recallView = z.object({
  degraded: z.array(z.string()),
  hits: z.array(z.object({ memory: z.object({ content_complete: z.boolean() }) })),
});
const restoredView = z.object({ restored: z.array(z.string()), cursor: z.string().nullable() });

async function main(): Promise<void> {
  const records = Number(process.argv[2] ?? 20_000);
  if (!Number.isInteger(records) || records < BATCH) throw new Failure("usage: check-archive [RECORDS]");
  const folder = mkdtempSync(join(tmpdir(), "mneme-archive-"));
  const redis = await startThrowawayRedis(process.env);
  const settings = {
    MNEME_EMBEDDER: "local",
    MNEME_MODEL_DIR: await modelFolder(process.env),
    MNEME_ARCHIVE: pathToFileURL(folder).href,
    // A command that waits for its turn on a busy machine is no Redis that is away.
    MNEME_REDIS_TIMEOUT_MS: "4000",
  };
  const service = await startService({
    env: process.env,
    redisUrl: redis.url,
    keyPrefix: "archive",
    settings,
  });
  const client = createClient({ url: redis.url });
  await client.connect();
  const memory = async (): Promise<number> =>
    Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))?.[1] ?? 0);
  const { url } = service;
  try {
    const empty = await memory();
    await fill(url, records);
    const hot = (await memory()) - empty;
    report("Redis, hot", perRecord(hot, records));
    report("recall of hot memories", await timed(url, records, { include_archive: false }));

    const archive = { after_seconds: 1 };
    await call(url, "PUT", `/v1/namespaces/${NAMESPACE}/settings`, { archive });
    const since = performance.now();
    const amount = await allArchived(url, records);
    const seconds = (performance.now() - since) / 1000;
    await call(url, "PUT", `/v1/namespaces/${NAMESPACE}/settings`, {});
    report("archived", `${Math.round(records / seconds)} memories a second, ${amount.segments} segments`);
    const cold = (await memory()) - empty;
    report("Redis, archived", `${perRecord(cold, records)}, ${Math.round((100 * cold) / hot)} % of hot`);
    report("archive", perRecord(amount.bytes, records));
    report("recall of stubs", await timed(url, records, { include_archive: false }));
    report("recall with include_archive", await timed(url, records, { include_archive: true }));

    const began = performance.now();
    let restored = 0;
    for (let cursor: string | null | undefined; cursor !== null;) {
      const body = { filter: {}, limit: 500, ...(cursor === undefined ? {} : { cursor }) };
      const page = restoredView.parse(
        await call(url, "POST", `/v1/namespaces/${NAMESPACE}/archive/restore`, body),
      );
      restored += page.restored.length;
      ({ cursor } = page);
      if (restored >= records / 10) break;
    }
    const rate = restored / ((performance.now() - began) / 1000);
    report("restored", `${Math.round(rate)} memories a second`);
  } finally {
    client.destroy();
    await service.stop();
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
}

function report(name: string, value: string): void {
  console.log(`${name.padEnd(30)} ${value}`);
}

const perRecord = (bytes: number, records: number): string => `${Math.round(bytes / records)} bytes a memory`;

/** With vectors of its own, so that no time goes to the model. */
async function fill(url: string, records: number): Promise<void> {
  for (let from = 0; from < records; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, records - from) }, (_, index) => {
      const { content, embedding } = corpus.record(from + index);
      return {
        content,
        embedding: [...embedding],
        memory_type: "episodic",
        metadata: { customer: `c-${(from + index) % 977}` },
      };
    });
    await call(url, "POST", `/v1/namespaces/${NAMESPACE}/memories/batch`, { memories });
  }
}

/** The median and the 95th percentile of recalls of ten, one after the other. */
async function timed(url: string, records: number, more: object): Promise<string> {
  const times: number[] = [];
  let incomplete = 0;
  for (let number = 0; number < RECALLS; number++) {
    const query = corpus.question(number, records).text;
    const body = { query, namespaces: [NAMESPACE], mode: "keyword", touch: false, receipt: false, ...more };
    const start = performance.now();
    const found = recallView.parse(await call(url, "POST", "/v1/recall", body));
    times.push(performance.now() - start);
    incomplete += found.hits.filter(({ memory }) => !memory.content_complete).length;
  }
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): string => `${(sorted[Math.floor(share * RECALLS)] ?? 0).toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, ${incomplete} of ${10 * RECALLS} hits by an excerpt`;
}

/** Waits until so many are archived. One that stands still is a fault: it is said, instead of waited for. */
async function allArchived(url: string, records: number) {
  let moved = { memories: 0, at: performance.now() };
  for (;;) {
    const { archive } = statsView.parse(await call(url, "GET", `/v1/namespaces/${NAMESPACE}/stats`));
    if (archive.memories === records) return archive;
    const now = performance.now();
    if (archive.memories > moved.memories) moved = { memories: archive.memories, at: now };
    if (now - moved.at > STANDS_STILL_MS) {
      throw new Failure(`${archive.memories} of ${records} memories are archived, and no other one follows.`);
    }
    await sleep(500);
  }
}

await main().catch(reportFailure);
