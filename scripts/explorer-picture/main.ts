// node scripts/run.mjs explorer-picture [--serve]: takes docs/explorer.png, a picture of the explorer over a small store
// that it makes. With --serve it takes none, but keeps that store and its service running until it is interrupted.
import { writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { needsModel, provideModel } from "../downloads/local-model.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { findChromium, openBrowser } from "./chromium.js";
import { seed } from "./seed.js";
import { seedThreads } from "./seed-threads.js";
import type { Seeded } from "./seed.js";

const PICTURE = join("docs", "explorer.png");
const PREFIX = "picture";
const MOST_BYTES = 200_000;

async function main(): Promise<void> {
  const env = loadEnv();
  const model = needsModel({ ...env, MNEME_EMBEDDER: "local" })
    ? { MNEME_MODEL_DIR: await provideModel(env) }
    : {};
  const redis = await startThrowawayRedis(env);
  const service = await startService({
    env,
    redisUrl: redis.url,
    keyPrefix: PREFIX,
    settings: { ...model, MNEME_EMBEDDER: "local", MNEME_REDIS_TIMEOUT_MS: "4000" },
  });
  try {
    const seeded = await seed(service.url);
    if (process.argv.includes("--serve")) {
      const thread = await seedThreads(redis.url, PREFIX);
      console.log(JSON.stringify({ url: service.url, redis: redis.url, thread, ...seeded }));
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    } else {
      await takePicture(service.url, seeded);
    }
  } finally {
    await service.stop();
    await redis.stop();
  }
}

async function takePicture(url: string, { adminKey, namespace }: Seeded): Promise<void> {
  const path = findChromium(process.env);
  if (path === undefined) throw new Failure("There is no Chromium. Install it, or set CHROMIUM_PATH.");
  const browser = await openBrowser(path);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(
      `${url}/#/ask?ns=${namespace}&q=${encodeURIComponent("Refund for Anna's broken parcel")}`,
    );
    await page.locator("#api-key").fill(adminKey);
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.locator(".hit").nth(3).waitFor();
    await page.locator(".toast:not(.shown)").waitFor({ state: "attached" });
    const picture = await page.screenshot({ type: "png" });
    if (picture.length > MOST_BYTES) throw new Failure(`The picture has ${picture.length} bytes.`);
    writeFileSync(join(repositoryRoot(), PICTURE), picture);
  } finally {
    await browser.close();
  }
}

await main().catch(reportFailure);
process.exit();
