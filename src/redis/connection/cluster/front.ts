import type { CommandParser, RedisArgument } from "redis";
import { optionsOf } from "./node-redis.js";
import type { Command, Options, Script, Transform } from "./node-redis.js";
import type { RedisClient } from "../redis-client.js";

/** What stands behind a client that isn't one connection. */
export interface Backing {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  destroy(): void;
  command(command: Command, parser: CommandParser, options: Options, transform: Transform): Promise<unknown>;
  script(script: Script, parser: CommandParser, options: Options, transform: Transform): Promise<unknown>;
  raw(args: readonly RedisArgument[], options: Options): Promise<unknown>;
}

/**
 * Gives a client, which never connects itself, something else to run its commands on: all that talks to a single Redis
 * talks to a cluster in the same way. node-redis runs every command through the three methods that are replaced here.
 *
 * @param client not connected
 */
export function backClient(client: RedisClient, backing: Backing): RedisClient {
  // `createClient` gives an object made of the client itself, and commands run on the latter.
  const own: object = Object.getPrototypeOf(client);
  Object.defineProperties(own, {
    isOpen: { get: () => backing.isOpen },
    isReady: { get: () => backing.isReady },
  });
  Object.assign(own, {
    connect: async () => {
      await backing.connect();
      return client;
    },
    close: async () => void (await backing.close()),
    destroy: () => backing.destroy(),
    duplicate: () => {
      throw new Error("Connections of their own are made to a node: see Nodes.dedicated.");
    },
    _executeCommand: backing.command,
    _executeScript: backing.script,
    sendCommand(this: object, args: readonly RedisArgument[], options: Options) {
      return backing.raw(args, { ...optionsOf(this), ...options });
    },
  });
  return client;
}
