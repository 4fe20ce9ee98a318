import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Reranking {
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}

/** Answers one request; `scores`: what the reranker would say, one per text. */
export type RerankMood = (
  response: ServerResponse,
  scores: readonly number[],
  request: Reranking,
) => void | Promise<void>;

export interface FakeReranker {
  readonly url: string;
  readonly requests: Reranking[];
  mood: RerankMood;
}

export const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};

/** The shape of Cohere and Jina, the best first. */
export const cohere: RerankMood = (response, scores) =>
  json(response, {
    id: "1",
    results: scores
      .map((relevance_score, index) => ({ index, relevance_score }))
      .toSorted((one, other) => other.relevance_score - one.relevance_score),
  });

/** A reranker on the loopback for one test: of the texts, the one with most exclamation marks answers best. */
export async function startFakeReranker(mood: RerankMood = cohere): Promise<FakeReranker> {
  const fake: FakeReranker = { url: "", requests: [], mood };
  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
      const texts = (body["documents"] ?? body["texts"]) as string[];
      const request = { headers: incoming.headers, body, texts };
      fake.requests.push(request);
      await fake.mood(
        response,
        texts.map((text) => text.split("!").length / 100),
        request,
      );
    })().catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, { url: `http://127.0.0.1:${port}/rerank` });
}
