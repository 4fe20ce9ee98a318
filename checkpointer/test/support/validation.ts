import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deltaChannelHistoryTests, specTest } from "@langchain/langgraph-checkpoint-validation";
import { RedisSaver } from "../../src/index.js";
import type { RedisConnection } from "../../src/index.js";
import { randomPrefix } from "./random.js";

interface Backend {
  start(): Promise<RedisConnection>;
  stop(): Promise<void>;
}

/** LangGraph's own suite, all of it, against a Redis of some kind. */
export function validateSaver(backend: string, { start, stop }: Backend): void {
  // The suite takes vitest's functions from the global scope.
  Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
  let client: RedisConnection | undefined;
  const initializer = {
    checkpointerName: `RedisSaver on ${backend}`,
    async beforeAll() {
      client = await start();
    },
    afterAll: stop,
    beforeAllTimeout: 60_000,
    createCheckpointer() {
      if (client === undefined) throw new Error("The suite asked for a saver before it began.");
      // The suite uses some threads by the same names again, and expects an empty saver each time.
      return new RedisSaver(client, { keyPrefix: randomPrefix() });
    },
  };
  specTest(initializer);
  deltaChannelHistoryTests(initializer);
}
