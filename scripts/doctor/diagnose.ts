import { loadConfig } from "../../src/config.js";
import type { Config } from "../../src/config.js";
import { otherLocalModel } from "../../src/embeddings/local-models.js";
import { StartError } from "../../src/start-error.js";
import { cachedModel, embedsLocally, localModel } from "../downloads/local-model.js";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import { checkDisk } from "./disk.js";
import { checkEmbedder } from "./embedder.js";
import { ok, problem } from "./finding.js";
import type { Finding } from "./finding.js";
import { checkPort } from "./port.js";
import { checkRedis } from "./redis.js";

/** Looks at all that a start needs, and at a Redis that may be in use. There it writes a key of its own, and removes it. */
export async function* diagnose(env: Env): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = loadConfig(completed(env));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    yield problem("settings", error.message);
    return;
  }
  yield ok("settings", "All settings can be used.");
  const checks: readonly [Finding["part"], AsyncIterable<Finding>][] = [
    ["redis", checkRedis(env, config)],
    ["embedder", checkEmbedder(env, config)],
    ["port", checkPort(config)],
    ["disk", checkDisk(env)],
  ];
  for (const [part, check] of checks) {
    try {
      yield* check;
    } catch (error) {
      yield problem(part, `The check failed: ${messageOf(error)}`);
    }
  }
}

/** What `mneme start` brings itself counts as given. */
function completed(env: Env): Env {
  const model = localModel(env);
  return {
    ...env,
    REDIS_URL: env["REDIS_URL"] || "redis://127.0.0.1",
    ...(embedsLocally(env)
      ? {
          MNEME_MODEL_DIR: env["MNEME_MODEL_DIR"] || cachedModel(env, model),
          MNEME_EMBEDDING_SECOND_MODEL_DIR:
            env["MNEME_EMBEDDING_SECOND_MODEL_DIR"] || cachedModel(env, otherLocalModel(model)),
        }
      : {}),
  };
}
