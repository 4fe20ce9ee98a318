import { RESP_TYPES } from "redis";

type Argument = string | Buffer;
type SendOptions = { typeMapping: { [RESP_TYPES.BLOB_STRING]: BufferConstructor } };

/** The result of `createClient` and `createClientPool`. */
export interface SingleClient {
  sendCommand(args: Argument[], options?: SendOptions): Promise<unknown>;
}

/** The result of `createCluster`. */
export interface ClusterClient {
  sendCommand(
    firstKey: Argument | undefined,
    isReadonly: boolean | undefined,
    args: Argument[],
    options?: SendOptions,
  ): Promise<unknown>;
  getSlotMaster(slot: number): unknown;
}

/** The result of `createSentinel`. */
export interface SentinelClient {
  sendCommand(isReadonly: boolean | undefined, args: Argument[], options?: SendOptions): Promise<unknown>;
  getSentinelNode(): unknown;
}

export type RedisConnection = SingleClient | ClusterClient | SentinelClient;

/** Sends a command to the master that has the key, and gives strings as bytes. */
export type Send = (key: string, args: Argument[]) => Promise<unknown>;

const AS_BYTES: SendOptions = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/** Distinguishes clients by their own methods: `instanceof` would fail with two versions of the redis package. */
export function createSend(client: RedisConnection): Send {
  // Never a replica: a graph reads what it has just written.
  if ("getSlotMaster" in client) return (key, args) => client.sendCommand(key, false, args, AS_BYTES);
  if ("getSentinelNode" in client) return (_, args) => client.sendCommand(false, args, AS_BYTES);
  return (_, args) => client.sendCommand(args, AS_BYTES);
}
