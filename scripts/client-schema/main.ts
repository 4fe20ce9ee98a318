// node scripts/run.mjs client-schema: makes the types of both clients of the document that this build serves.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { findPython } from "../downloads/python.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";
import { SCHEMA_FILE, schemaOf } from "./generate.js";
import type { OpenApi } from "./generate.js";
import { PYTHON_PACKAGE, pythonFilesOf } from "./python.js";

async function main(): Promise<void> {
  const env = loadEnv();
  const redis = await startThrowawayRedis(env);
  try {
    const settings = { MNEME_EMBEDDER: "none" };
    const service = await startService({ env, redisUrl: redis.url, keyPrefix: "schema", settings });
    try {
      const answer = await fetch(`${service.url}/openapi.json`);
      // Its shape is that of the service's own document.
      const document = (await answer.json()) as OpenApi;
      writeFileSync(join(repositoryRoot(), SCHEMA_FILE), await schemaOf(document));
      if (findPython() === undefined) throw new Failure("The Python client needs Python 3.10 with pip.");
      for (const [file, text] of await pythonFilesOf(document)) {
        writeFileSync(join(repositoryRoot(), PYTHON_PACKAGE, file), text);
      }
    } finally {
      await service.stop();
    }
  } finally {
    await redis.stop();
  }
}

await main().catch(reportFailure);
process.exit();
