import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

/** Stands between the service and Redis, and does to their connections what networks do. */
export interface Proxy {
  readonly port: number;
  /** How many connections were taken so far. */
  readonly taken: number;
  /** Holds all that is sent; connections stay, and new ones are taken but lead nowhere. */
  freeze(): void;
  /** Ends `freeze`: what was held goes on its way. */
  thaw(): void;
  /** From here on the connections of now lead nowhere, and neither side hears of it. New ones are as good as any. */
  lose(): void;
  /** Resets all connections and refuses new ones, until `mend`. */
  cut(): void;
  mend(): Promise<void>;
  /** Where new connections lead; those of now stay where they are. */
  lead(port: number): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly redis: Socket;
  lost: boolean;
}

export async function startProxy(target: number): Promise<Proxy> {
  const pairs = new Set<Pair>();
  let to = target;
  let frozen = false;
  let taken = 0;

  const server = createServer((client) => {
    const redis = connect(to, "127.0.0.1");
    const pair: Pair = { client, redis, lost: false };
    pairs.add(pair);
    taken++;
    relay(pair, client, redis);
    relay(pair, redis, client);
    if (frozen) hold(pair);
  });

  function relay(pair: Pair, from: Socket, onto: Socket): void {
    from.setNoDelay(true);
    from.on("data", (chunk: Buffer) => pair.lost || onto.write(chunk));
    from.on("error", () => {});
    from.on("close", () => {
      pairs.delete(pair);
      // A peer that can't be reached doesn't hear that the other one has gone.
      if (!pair.lost) onto.destroy();
    });
  }

  function hold({ client, redis }: Pair): void {
    client.pause();
    redis.pause();
  }

  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  function destroyAll(): void {
    for (const { client, redis } of pairs) {
      client.destroy();
      redis.destroy();
    }
    pairs.clear();
  }

  return {
    port,
    get taken() {
      return taken;
    },
    freeze() {
      frozen = true;
      pairs.forEach(hold);
    },
    thaw() {
      frozen = false;
      for (const { client, redis } of pairs) {
        client.resume();
        redis.resume();
      }
    },
    lose() {
      for (const pair of pairs) pair.lost = true;
    },
    cut() {
      server.close();
      for (const { client, redis } of pairs) {
        client.resetAndDestroy();
        redis.destroy();
      }
      pairs.clear();
    },
    mend: () => listen(port),
    lead(other) {
      to = other;
    },
    async stop() {
      destroyAll();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
