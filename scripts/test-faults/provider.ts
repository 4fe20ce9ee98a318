import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An OpenAI-compatible provider of embeddings on the loopback, which can break down. */
export interface Provider {
  readonly baseURL: string;
  /** `hangs`: no request is answered. `refuses`: its key isn't valid any more. */
  mood: "well" | "hangs" | "refuses";
  stop(): Promise<void>;
}

export const PROVIDER_DIMENSIONS = 64;

export async function startProvider(): Promise<Provider> {
  const server = createServer((request, response) => void respond(provider, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const provider: Provider = {
    baseURL: `http://127.0.0.1:${portOf(server.address())}/v1`,
    mood: "well",
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return provider;
}

/** A server that listens on TCP has a port. */
const portOf = (address: string | AddressInfo | null): number => (address as AddressInfo).port;

async function respond(
  { mood }: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (mood === "hangs") return;
  const { input, encoding_format } = JSON.parse(Buffer.concat(chunks).toString()) as EmbeddingsRequest;
  const body =
    mood === "refuses"
      ? { error: { message: "Incorrect API key provided.", type: "invalid_request_error" } }
      : {
          data: input.map((text, index) => ({
            object: "embedding",
            index,
            embedding: encoding_format === "base64" ? bytesOf(text).toString("base64") : [...vectorOf(text)],
          })),
        };
  response.writeHead(mood === "refuses" ? 401 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

interface EmbeddingsRequest {
  readonly input: readonly string[];
  readonly encoding_format?: string;
}

/** The same for the same text. */
function vectorOf(text: string): Float32Array {
  const digest = createHash("sha256").update(text).digest();
  return Float32Array.from({ length: PROVIDER_DIMENSIONS }, (_, at) => (digest[at % 32] ?? 0) - 127.5 + at);
}

const bytesOf = (text: string): Buffer => Buffer.from(vectorOf(text).buffer);
