import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

export interface RedisTap {
  readonly url: string;
  /** Fulfilled when a command that holds the text came. Neither it nor anything after it has reached Redis. */
  readonly held: Promise<void>;
  /** Lets through what was held, and all that comes after it. */
  release(): void;
  stop(): void;
}

/** Stands between a service and Redis, and lets all commands through until one that holds this text. */
export async function startRedisTap(redisUrl: string, text: string): Promise<RedisTap> {
  let hold = (): void => {};
  let holds: boolean | undefined = false;
  const waiting: { readonly redis: Socket; readonly chunk: Buffer }[] = [];
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const { url, stop } = await standBetween(redisUrl, (service, redis) => {
    redis.pipe(service);
    service.on("data", (chunk: Buffer) => {
      if (holds === false) holds = chunk.includes(text);
      if (holds !== true) return void redis.write(chunk);
      waiting.push({ redis, chunk });
      hold();
    });
  });
  const release = (): void => {
    holds = undefined;
    for (const { redis, chunk } of waiting.splice(0)) redis.write(chunk);
  };
  return { url, held, release, stop };
}

export interface RedisGate {
  readonly url: string;
  /** Holds the next command that has this text, and what follows on any connection. Fulfilled when it has come. */
  hold(text: string): Promise<void>;
  /** Lets through what was held, in its order. */
  release(): void;
  stop(): void;
}

/** Stands between a service and Redis. */
export async function startRedisGate(redisUrl: string): Promise<RedisGate> {
  let wanted: { readonly text: string; readonly came: () => void } | undefined;
  let held: [redis: Socket, chunk: Buffer][] | undefined;
  const { url, stop } = await standBetween(redisUrl, (service, redis) => {
    redis.pipe(service);
    service.on("data", (chunk: Buffer) => {
      if (wanted !== undefined && chunk.includes(wanted.text)) {
        wanted.came();
        wanted = undefined;
        held = [];
      }
      if (held === undefined) redis.write(chunk);
      else held.push([redis, chunk]);
    });
  });
  return {
    url,
    hold: (text) => new Promise((came) => (wanted = { text, came })),
    release() {
      for (const [redis, chunk] of held ?? []) redis.write(chunk);
      held = undefined;
    },
    stop,
  };
}

export interface RedisRecorder {
  readonly url: string;
  /** What was sent so far: all that a connection sent until a reply came is one round trip. */
  readonly trips: readonly string[];
  stop(): void;
}

/** Stands between a service and Redis, and notes what is sent in each round trip. */
export async function startRedisRecorder(redisUrl: string): Promise<RedisRecorder> {
  const trips: string[] = [];
  const { url, stop } = await standBetween(redisUrl, (service, redis) => {
    let open: number | undefined;
    service.on("data", (chunk: Buffer) => {
      open ??= trips.push("") - 1;
      trips[open] += chunk.toString("latin1");
      redis.write(chunk);
    });
    redis.on("data", (chunk: Buffer) => {
      open = undefined;
      service.write(chunk);
    });
  });
  return { url, trips, stop };
}

async function standBetween(redisUrl: string, connected: (service: Socket, redis: Socket) => void) {
  const { hostname, port } = new URL(redisUrl);
  const sockets: Socket[] = [];
  const server = createServer((service) => {
    const redis = connect(Number(port), hostname);
    sockets.push(service, redis);
    for (const socket of [service, redis]) socket.on("error", () => {}).on("close", () => redis.destroy());
    connected(service, redis);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
