import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `fails`: answers 500; `hangs`: answers nothing; `cuts`: ends each answer in its middle. */
export type Turn = "passes" | "fails" | "hangs" | "cuts";

export interface Gate {
  readonly url: string;
  turn(how: Turn): void;
  close(): Promise<void>;
}

/** Stands before a real S3 server, as a load balancer with a fault would. */
export async function startGate(target: string): Promise<Gate> {
  let how: Turn = "passes";
  const server = createServer((incoming, outgoing) => {
    if (how === "hangs") return;
    if (how === "fails") {
      incoming.resume();
      outgoing
        .writeHead(500, { "content-type": "application/xml" })
        .end("<Error><Code>InternalError</Code></Error>");
      return;
    }
    pass(target, incoming, outgoing, how === "cuts");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    turn: (next) => void (how = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The signature covers the host's name, so all headers go on as they came. */
function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse, cut: boolean): void {
  const { method, url, headers } = incoming;
  const { hostname, port } = new URL(target);
  const asked = request({ hostname, port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (!cut) return answer.pipe(outgoing);
    answer.once("data", (part: Buffer) => {
      outgoing.write(part.subarray(0, part.length / 2), () => outgoing.destroy());
      answer.destroy();
    });
    return answer;
  });
  asked.on("error", () => outgoing.destroy());
  incoming.pipe(asked);
}
