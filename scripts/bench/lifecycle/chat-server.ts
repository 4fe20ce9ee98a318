import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ChatServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Of English, for its usage figures. */
const BYTES_PER_TOKEN = 4;

/** A chat model on the loopback that answers at once: the first sentence of the first excerpt, and no facts. */
export async function startChatServer(): Promise<ChatServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const answer = answerTo(body);
      const [prompt, completion] = [body, answer].map((text) => Math.ceil(text.length / BYTES_PER_TOKEN));
      const total = (prompt ?? 0) + (completion ?? 0);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          id: "chatcmpl-1",
          object: "chat.completion",
          created: 1,
          model: "bench",
          choices: [
            {
              index: 0,
              finish_reason: "stop",
              message: { role: "assistant", content: answer, refusal: null },
            },
          ],
          usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total },
        }),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answerTo(body: string): string {
  const { messages, response_format } = JSON.parse(body) as {
    messages: { content: string }[];
    response_format: { json_schema: { name: string } };
  };
  if (response_format.json_schema.name !== "summary") return JSON.stringify({ facts: [] });
  const block = /<data>\n(.*)\n<\/data>/.exec(messages.at(-1)?.content ?? "")?.[1] ?? '""';
  const [sentence = ""] = /^[^.]*\./.exec(JSON.parse(block) as string) ?? [];
  return JSON.stringify({ statements: [{ text: sentence, sources: [0] }] });
}
