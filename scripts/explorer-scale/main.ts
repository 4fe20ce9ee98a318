// node scripts/run.mjs explorer-scale [MEMORIES]: what each view of the explorer asks for first over one namespace with so
// many memories, how long that takes, and how large it is. It needs Chromium.
import { setTimeout as sleep } from "node:timers/promises";
import type { Page, Response } from "playwright-core";
import { findChromium, openBrowser } from "../explorer-picture/chromium.js";
import { call } from "../harness/call.js";
import { startService } from "../harness/service.js";
import { table } from "../harness/table.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";

const NS = "scale.test";
const BATCH = 500;
const AT_ONCE = 8;
/** A tenth has a session of its own, a document of state, and a fact about an entity of its own. */
const SHARE = 10;
const RECALLS = 500;
/** A view has what it shows first when no answer has come for this long. */
const QUIET_MS = 2_000;

const VIEWS: Readonly<Record<string, string>> = {
  "first view": `#/ask?ns=${NS}`,
  memories: `#/memories?ns=${NS}`,
  entities: `#/entities?ns=${NS}`,
  quarantine: `#/quarantine?ns=${NS}`,
  state: `#/state?ns=${NS}`,
  sessions: `#/sessions?ns=${NS}`,
  receipts: `#/receipts?ns=${NS}`,
  audit: `#/audit?ns=${NS}`,
  consolidation: `#/consolidation?ns=${NS}`,
  health: `#/health?ns=${NS}`,
  usage: "#/health?show=usage",
};

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? "100000");
  if (!Number.isInteger(count) || count < SHARE) throw new Failure("usage: explorer-scale [MEMORIES]");
  const path = findChromium(process.env);
  if (path === undefined) throw new Failure("There is no Chromium. Install it, or set CHROMIUM_PATH.");
  const env = loadEnv();
  const redis = await startThrowawayRedis(env);
  const service = await startService({
    env,
    redisUrl: redis.url,
    keyPrefix: "scale",
    settings: { MNEME_EMBEDDER: "none", MNEME_REDIS_TIMEOUT_MS: "4000" },
  });
  try {
    await fill(service.url, count);
    const browser = await openBrowser(path);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const rows: string[][] = [];
    for (const [name, address] of Object.entries(VIEWS))
      rows.push(await measured(page, service.url, name, address));
    console.log(table(["view", "requests", "last answer, ms", "slowest, ms", "KB", "which"], rows));
    await browser.close();
  } finally {
    await service.stop();
    await redis.stop();
  }
}

async function fill(url: string, count: number): Promise<void> {
  const starts = Array.from({ length: Math.ceil(count / BATCH) }, (_, n) => n * BATCH);
  await eachOf(starts, async (from) => {
    const memories = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => memoryOf(from + n));
    await call(url, "POST", `/v1/namespaces/${NS}/memories/batch`, { memories });
  });
  const tenth = Array.from({ length: Math.ceil(count / SHARE) }, (_, n) => n);
  await eachOf(tenth, async (n) => {
    await call(url, "PUT", `/v1/namespaces/${NS}/state/order-${n}`, { value: { step: "packed", n } });
    const messages = [{ role: "user", content: `Where is the parcel ${n}?` }];
    await call(url, "POST", `/v1/namespaces/${NS}/sessions/ticket-${n}/messages`, { messages });
  });
  await eachOf(tenth.slice(0, RECALLS), async (n) => {
    await call(url, "POST", "/v1/recall", { namespaces: [NS], query: `parcel ${n}`, receipt: true });
  });
}

function memoryOf(n: number): object {
  const content = `Parcel ${n} was handed over at the depot of Linz, and its label was read.`;
  if (n % SHARE > 0) return { memory_type: "episodic", content };
  const fact = { subject: `Parcel ${n}`, predicate: "lies_in", object: `Depot ${n % 97}` };
  return { memory_type: "semantic", fact };
}

async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const open = items.values();
  const worker = async (): Promise<void> => {
    for (const item of open) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Opens a view on a page of its own, so that nothing is left of the one before. */
async function measured(page: Page, url: string, name: string, address: string): Promise<string[]> {
  await page.goto("about:blank");
  const began = performance.now();
  const answers: {
    readonly path: string;
    readonly ms: number;
    readonly at: number;
    readonly bytes: number;
  }[] = [];
  const note = async (response: Response): Promise<void> => {
    const request = response.request();
    await response.finished();
    const { responseBodySize } = await request.sizes();
    const { responseEnd, requestStart } = request.timing();
    const { pathname } = new URL(response.url());
    answers.push({
      path: pathname,
      ms: responseEnd - requestStart,
      at: performance.now() - began,
      // -1 where the browser doesn't say.
      bytes: Math.max(0, responseBodySize),
    });
  };
  const listener = (response: Response): void => void note(response).catch(() => {});
  page.on("response", listener);
  await page.goto(`${url}/${address}`);
  // Not until the network is idle: a view of state listens for as long as it is open.
  for (let count = -1; count < answers.length; await sleep(QUIET_MS)) count = answers.length;
  page.off("response", listener);
  const slowest = answers.toSorted((one, other) => other.ms - one.ms)[0];
  return [
    name,
    String(answers.length),
    Math.max(...answers.map(({ at }) => at)).toFixed(0),
    (slowest?.ms ?? 0).toFixed(0),
    (answers.reduce((sum, { bytes }) => sum + bytes, 0) / 1024).toFixed(0),
    slowest?.path ?? "",
  ];
}

await main().catch(reportFailure);
process.exit();
