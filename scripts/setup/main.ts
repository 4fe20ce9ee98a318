import { loadEnv } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { needsModel, provideModel } from "../downloads/local-model.js";
import { findRedis } from "../redis/find.js";

/** Fetches all that `npm start` would fetch, and starts nothing. For images and CI. */
async function setup(): Promise<void> {
  const env = loadEnv();
  console.error(env["REDIS_URL"] ? "Redis: REDIS_URL" : `Redis: ${(await findRedis(env)).label}`);
  console.error(needsModel(env) ? `Model: ${await provideModel(env)}` : "Model: none needed");
}

await setup().catch(reportFailure);
