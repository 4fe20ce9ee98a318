import { createClient } from "redis";
import type { HostAndPort, RedisPlace } from "../../../domain/redis-url.js";
import { DomainError } from "../../../domain/errors.js";
import { storeFault } from "../../../domain/store-fault.js";
import { openConnection } from "../open-connection.js";

export type SentinelPlace = Extract<RedisPlace, { kind: "sentinel" }>;

const ANSWER_MS = 1_000;
const NO_MASTER = "The Sentinels know no master of this name.";

/** The master's address, by the first Sentinel that answers. */
export async function askSentinels(place: SentinelPlace): Promise<HostAndPort> {
  let reason: unknown;
  let unknown = false;
  for (const sentinel of place.hosts) {
    try {
      const address = await askOne(place, sentinel);
      if (address !== undefined) return address;
      unknown = true;
    } catch (error) {
      reason = error;
    }
  }
  if (unknown) throw new DomainError("redis_unavailable", NO_MASTER, { retryAfterSeconds: 1 });
  throw storeFault("redis_unavailable", reason);
}

async function askOne(
  { tls, sentinels, master }: SentinelPlace,
  { host, port }: HostAndPort,
): Promise<HostAndPort | undefined> {
  const client = createClient({
    RESP: 2,
    ...sentinels,
    disableOfflineQueue: true,
    socket: {
      host,
      port,
      connectTimeout: ANSWER_MS,
      reconnectStrategy: false,
      ...(tls ? { tls: true as const } : {}),
    },
  });
  client.on("error", () => {});
  try {
    await openConnection(client, ANSWER_MS);
    const reply: unknown = await client.sendCommand(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master]);
    if (!Array.isArray(reply)) return undefined;
    return { host: String(reply[0]), port: Number(reply[1]) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}
