import { loadEnv } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { provideLocalEmbedder } from "../downloads/local-embedder.js";
import { findRedis } from "../redis/find.js";

/** Fetches all that `npm start` would fetch, and starts nothing. For images and CI. */
async function setup(): Promise<void> {
  const env = loadEnv();
  console.error(env["REDIS_URL"] ? "Redis: REDIS_URL" : `Redis: ${(await findRedis(env)).label}`);
  const { MNEME_MODEL_DIR: model } = await provideLocalEmbedder(env);
  console.error(`Model: ${model ?? "none needed"}`);
}

await setup().catch(reportFailure);
