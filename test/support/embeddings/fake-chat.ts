import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly name: string } };
  /** Of a request for embeddings. */
  readonly input?: readonly string[];
}

export type ChatBehaviour = (request: ChatRequest, response: ServerResponse) => void;

export interface FakeChat {
  readonly baseURL: string;
  readonly requests: ChatRequest[];
  /** From now on, requests are answered like this. */
  behave(behaviour: ChatBehaviour): void;
  close(): Promise<void>;
}

/** A chat model on the loopback. */
export async function startFakeChat(): Promise<FakeChat> {
  const requests: ChatRequest[] = [];
  let behaviour: ChatBehaviour = (_, response) => void response.writeHead(500).end();
  const server = createServer((incoming, response) => {
    void respond(incoming, response);
  });
  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readJson(incoming);
    requests.push(request);
    behaviour(request, response);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    requests,
    behave: (next) => void (behaviour = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The texts that a request quotes as data, in their order. */
export function quotedIn({ messages }: ChatRequest): string[] {
  const blocks = messages.at(-1)?.content.matchAll(/<data>\n(.*)\n<\/data>/g) ?? [];
  return [...blocks].map(([, block = '""']) => JSON.parse(block) as string);
}

/** What a chat model says, in the envelope of chat completions. */
export function says(content: string | null, message: object = {}, finish = "stop"): ChatBehaviour {
  return (request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: request.model,
        choices: [
          {
            index: 0,
            finish_reason: finish,
            message: { role: "assistant", content, refusal: null, ...message },
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    );
  };
}

async function readJson(incoming: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as ChatRequest;
}
