import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

/** An answer with another status than 200 to 299. */
export class HttpRefusal extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`The service answered ${status}: ${body}`);
    this.status = status;
  }
}

/** One keep-alive connection, one request at a time. */
export interface HttpClient {
  /** Rejects unless the status is one of 200 to 299. Gives the body as it came. */
  send(request: Buffer): Promise<Buffer>;
  close(): void;
}

/**
 * A bare socket, because the client's own time counts against the service: on the machine where this was written a
 * request took 0.03 ms with it, 0.10 with node:http and 0.20 with fetch. It reads answers with a Content-Length only.
 */
export async function connectHttp(url: string): Promise<HttpClient> {
  let socket = await open(url);
  return {
    async send(request) {
      // A server closes a connection that was idle for some seconds.
      if (socket.destroyed || socket.readableEnded) socket = await open(url);
      return exchange(socket, request);
    },
    close: () => socket.destroy(),
  };
}

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** A request as it goes over the wire, made before the clock runs. */
export function httpRequest(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join("")}`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  const json = Buffer.from(JSON.stringify(body));
  return Buffer.concat([
    Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`),
    json,
  ]);
}

function exchange(socket: Socket, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    let expected = Infinity;
    let status = 0;
    let bodyAt = 0;
    const finish = (settle: () => void): void => {
      socket.off("data", onData).off("error", onEnd).off("close", onEnd);
      settle();
    };
    const onEnd = (): void => finish(() => reject(new Error("The service closed the connection.")));
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (expected === Infinity) {
        const headEnd = received.indexOf("\r\n\r\n");
        if (headEnd === -1) return;
        const head = received.toString("latin1", 0, headEnd);
        const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
        status = Number(head.slice(9, 12));
        if (length === undefined && status !== 204) {
          finish(() => reject(new Error(`An answer without Content-Length: ${head}`)));
          return;
        }
        bodyAt = headEnd + 4;
        expected = bodyAt + Number(length ?? 0);
      }
      if (received.length < expected) return;
      const body = received.subarray(bodyAt, expected);
      finish(() => {
        if (status >= 200 && status < 300) resolve(body);
        else reject(new HttpRefusal(status, body.toString("utf8", 0, 500)));
      });
    };
    socket.on("data", onData).on("error", onEnd).on("close", onEnd);
    socket.write(request);
  });
}
