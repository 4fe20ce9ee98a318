import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A server on the loopback that takes all that it is sent, and answers with an empty object. */
export interface HttpSink {
  readonly endpoint: string;
  readonly requests: readonly SunkRequest[];
  close(): Promise<void>;
}

export interface SunkRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** `port`: default a free one. */
export async function startHttpSink(port = 0): Promise<HttpSink> {
  const requests: SunkRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const plain = incoming.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    requests.push({ path: incoming.url ?? "", headers: incoming.headers, text: plain.toString("utf8") });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
