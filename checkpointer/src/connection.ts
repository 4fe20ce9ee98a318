import { RESP_TYPES } from "redis";

type Argument = string | Buffer;
/** `typeMapping` is read by node-redis from version 5 on, `returnBuffers` by version 4. */
interface SendOptions {
  typeMapping: { [RESP_TYPES.BLOB_STRING]: BufferConstructor };
  returnBuffers: boolean;
  timeout: number;
}

/** The result of node-redis's `createClient` and `createClientPool`. */
export interface SingleClient {
  sendCommand(args: Argument[], options?: SendOptions): Promise<unknown>;
}

/** The result of node-redis's `createCluster`. */
export interface ClusterClient {
  sendCommand(
    firstKey: Argument | undefined,
    isReadonly: boolean | undefined,
    args: Argument[],
    options?: SendOptions,
  ): Promise<unknown>;
  getSlotMaster(slot: number): unknown;
}

/** The result of node-redis's `createSentinel`. */
export interface SentinelClient {
  sendCommand(isReadonly: boolean | undefined, args: Argument[], options?: SendOptions): Promise<unknown>;
  getSentinelNode(): unknown;
}

/** A `Redis` or `Cluster` of ioredis. */
export interface IoredisClient {
  callBuffer(command: string, ...args: Argument[]): Promise<unknown>;
}

export type RedisConnection = SingleClient | ClusterClient | SentinelClient | IoredisClient;

/** Sends a command to the master that has the key, and gives strings as bytes. */
export type Send = (key: string, args: Argument[]) => Promise<unknown>;

/** Without node-redis's own time limit for a command: see `withTimeLimit`. */
const AS_BYTES: SendOptions = {
  typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer },
  returnBuffers: true,
  timeout: 0,
};

/**
 * Distinguishes clients by their own methods: `instanceof` would fail with two versions of a package. Throws a
 * `TypeError` for anything else, before it is used.
 */
export function createSend(client: RedisConnection): Send {
  if (!isObject(client)) throw unknownClient(client);
  if ("callBuffer" in client) {
    return (_, [command, ...args]) => client.callBuffer(String(command), ...args);
  }
  if (!("sendCommand" in client) || typeof client.sendCommand !== "function") throw unknownClient(client);
  // Never a replica: a graph reads what it has just written.
  if ("getSlotMaster" in client) return (key, args) => client.sendCommand(key, false, args, AS_BYTES);
  if ("getSentinelNode" in client) return (_, args) => client.sendCommand(false, args, AS_BYTES);
  return (_, args) => client.sendCommand(args, AS_BYTES);
}

/** Commands of one lane are answered over one connection: with a cluster, those of a thread. */
export function createLanes(client: RedisConnection): (key: string) => string {
  const isCluster = "getSlotMaster" in client || ("isCluster" in client && client.isCluster === true);
  return isCluster ? tagOf : () => "";
}

/** What decides a key's slot. */
function tagOf(key: string): string {
  const from = key.indexOf("{") + 1;
  const to = key.indexOf("}", from);
  return from > 0 && to > from ? key.slice(from, to) : key;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function unknownClient(client: unknown): TypeError {
  const given = isObject(client) ? `an object of ${(client as object).constructor.name}` : typeof client;
  return new TypeError(
    `RedisSaver takes a client of node-redis (createClient, createClientPool, createCluster or createSentinel) or of ioredis, not ${given}. RedisSaver.fromUrl makes one from a URL.`,
  );
}
