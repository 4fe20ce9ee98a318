import { createClient } from "redis";
import { afterAll, inject } from "vitest";
import type { FakeOpenAI } from "../embeddings/fake-openai.js";
import { startFakeOpenAI } from "../embeddings/fake-openai.js";
import type { Overrides, Service } from "../service/service.js";
import { shareService, startService } from "../service/service.js";

/**
 * A service of a test file's own with a client of its Redis, for what can't be seen over HTTP. Both end with the file,
 * so it is called at the file's top.
 */
export async function startWithRedis(overrides: Overrides = {}) {
  const service = await startService(overrides);
  afterAll(async () => void (await service.stop()));
  return withRedis(service);
}

/** Likewise, with the service that all files of this process share. */
export async function shareWithRedis() {
  return withRedis(await shareService());
}

async function withRedis(service: Service) {
  const redis = createClient({ url: inject("redisUrl") });
  await redis.connect();
  afterAll(() => redis.destroy());
  /** Every key that carries a namespace's hash tag. */
  async function keysOf(namespace: string): Promise<string[]> {
    const keys: string[] = [];
    const pattern = `${service.prefix}:*{${namespace}}*`;
    for await (const page of redis.scanIterator({ MATCH: pattern, COUNT: 1000 })) keys.push(...page);
    return keys.toSorted();
  }
  return { service, redis, keysOf };
}

/** Likewise, with vectors of 64 dimensions by a provider of the file's own. */
export async function startWithVectors(overrides: Overrides = {}) {
  const provider: FakeOpenAI = await startFakeOpenAI(64);
  afterAll(() => provider.close());
  return startWithRedis({
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: "64",
    ...overrides,
  });
}
