import { afterAll } from "vitest";
import { startService } from "../service/service.js";
import type { Service } from "../service/service.js";
import { startFakeOpenAI } from "./fake-openai.js";
import type { FakeOpenAI } from "./fake-openai.js";

export interface Embedded {
  readonly provider: FakeOpenAI;
  readonly service: Service;
}

/** A service of a test file's own with a provider of its own, which end with the file: call it at the file's top. */
export async function useFakeEmbedder(dimensions: number): Promise<Embedded> {
  const provider = await startFakeOpenAI(dimensions);
  const service = await startService({
    MNEME_EMBEDDER: "openai",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: provider.baseURL,
    MNEME_EMBEDDING_DIMENSIONS: String(dimensions),
  });
  afterAll(async () => {
    await service.stop();
    await provider.close();
  });
  return { provider, service };
}
