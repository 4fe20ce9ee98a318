import type { ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import type { EmbeddingRequest, FakeOpenAI } from "./fake-openai.js";
import { answer, startFakeOpenAI } from "./fake-openai.js";
import type { Overrides, Service } from "../service/service.js";
import { startService } from "../service/service.js";

/** What a provider does with each request until told otherwise; false: its usual answer. */
export type Mood = (request: EmbeddingRequest, response: ServerResponse) => boolean;

export const well: Mood = () => false;
export const failing: Mood = (_, response) => answer(response, 500, { error: { message: "out of order" } });
export const refusing =
  (word: string): Mood =>
  ({ input }, response) =>
    input.some((text) => text.includes(word)) &&
    answer(response, 400, { error: { message: "refused by policy", type: "invalid_request_error" } });

export interface MoodyProvider extends FakeOpenAI {
  mood: Mood;
  /** How many requests asked for this text. */
  asked(text: string): number;
  /** A service that embeds here, ended with the test. */
  serve(overrides?: Overrides): Promise<Service>;
}

/** An OpenAI-compatible provider of 64 dimensions for one test. */
export async function startMoodyProvider(): Promise<MoodyProvider> {
  const fake = await startFakeOpenAI(64);
  onTestFinished(() => fake.close());
  const provider: MoodyProvider = Object.assign(fake, {
    mood: well,
    asked: (text: string) => fake.requests.filter(({ input }) => input.includes(text)).length,
    async serve(overrides: Overrides = {}) {
      const service = await startService({
        MNEME_EMBEDDER: "openai",
        OPENAI_API_KEY: "test",
        OPENAI_BASE_URL: fake.baseURL,
        MNEME_EMBEDDING_DIMENSIONS: "64",
        ...overrides,
      });
      onTestFinished(() => service.kill9());
      return service;
    },
  });
  const arm = (): void =>
    fake.next((request, response) => {
      arm();
      return provider.mood(request, response);
    });
  arm();
  return provider;
}
