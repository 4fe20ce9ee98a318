import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";

export interface RedisTap {
  readonly url: string;
  /** Fulfilled when a command that holds the text came. Neither it nor anything after it has reached Redis. */
  readonly held: Promise<void>;
  stop(): void;
}

/** Stands between a service and Redis, and lets all commands through until one that holds this text. */
export async function startRedisTap(redisUrl: string, text: string): Promise<RedisTap> {
  const { hostname, port } = new URL(redisUrl);
  let hold = (): void => {};
  let holds = false;
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const sockets: { destroy(): void }[] = [];
  const server = createServer((service) => {
    const redis = connect(Number(port), hostname);
    sockets.push(service, redis);
    for (const socket of [service, redis]) socket.on("error", () => {}).on("close", () => redis.destroy());
    redis.pipe(service);
    service.on("data", (chunk: Buffer) => {
      holds ||= chunk.includes(text);
      if (holds) hold();
      else redis.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
