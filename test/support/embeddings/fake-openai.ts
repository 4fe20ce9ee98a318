import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface EmbeddingRequest {
  readonly model: string;
  readonly input: string[];
  readonly dimensions?: number;
  readonly encoding_format: "base64" | "float";
}

/** Answers one request in a way of its own; returns false to leave it to the usual answer. */
export type Behaviour = (request: EmbeddingRequest, response: ServerResponse) => boolean;

export interface FakeOpenAI {
  readonly baseURL: string;
  readonly requests: EmbeddingRequest[];
  /** Headers of the last request. */
  headers(): IncomingMessage["headers"];
  /** The next requests, in order, are answered like this. */
  next(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

/** A provider on the loopback that makes the same vector of the same text, each not of length 1. */
export async function startFakeOpenAI(dimensions: number): Promise<FakeOpenAI> {
  const requests: EmbeddingRequest[] = [];
  const behaviours: Behaviour[] = [];
  let headers: IncomingMessage["headers"] = {};
  const server = createServer((incoming, response) => {
    void respond(incoming, response);
  });
  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readJson(incoming);
    headers = incoming.headers;
    requests.push(request);
    if (behaviours.shift()?.(request, response) === true) return;
    answer(response, 200, {
      data: request.input.map((text, index) => {
        const vector = vectorOf(text, dimensions);
        const embedding = request.encoding_format === "base64" ? toBase64(vector) : Array.from(vector);
        return { object: "embedding", index, embedding };
      }),
    });
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    requests,
    headers: () => headers,
    next: (...more) => void behaviours.push(...more),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
  return true;
}

async function readJson(incoming: IncomingMessage): Promise<EmbeddingRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as EmbeddingRequest;
}

export function vectorOf(text: string, dimensions: number): Float32Array {
  const digest = createHash("sha256").update(text, "utf16le").digest();
  return Float32Array.from({ length: dimensions }, (_, i) => (digest[i % 32] ?? 0) - 100 + i / 7);
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
