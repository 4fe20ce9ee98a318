// node scripts/run.mjs client-schema: makes the types of @mneme/client of the document that this build serves.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { reportFailure } from "../shell/failure.js";
import { SCHEMA_FILE, schemaOf } from "./generate.js";
import type { OpenApi } from "./generate.js";

async function main(): Promise<void> {
  const env = loadEnv();
  const redis = await startThrowawayRedis(env);
  try {
    const settings = { MNEME_EMBEDDER: "none" };
    const service = await startService({ env, redisUrl: redis.url, keyPrefix: "schema", settings });
    try {
      const answer = await fetch(`${service.url}/openapi.json`);
      // Its shape is that of the service's own document.
      writeFileSync(join(repositoryRoot(), SCHEMA_FILE), await schemaOf((await answer.json()) as OpenApi));
    } finally {
      await service.stop();
    }
  } finally {
    await redis.stop();
  }
}

await main().catch(reportFailure);
process.exit();
