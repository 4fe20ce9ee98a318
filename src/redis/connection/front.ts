import type { CommandParser, RedisArgument } from "redis";
import { optionsOf } from "./run-on.js";
import type { Command, Options, Script, Transform } from "./run-on.js";
import type { RedisClient } from "./redis-client.js";

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

/** What needs no connection, or is made of commands. */
const STAYS =
  /^(?:constructor|(?:h|s|z)scan.*iterator|hscan(?:no)?valuesiterator|with.*|_commandOptions.*|_keyPrefix|_clientId|options)$/i;

/**
 * Gives a client, which never connects itself, something else to run its commands on: all that talks to a single Redis
 * talks to a cluster in the same way. node-redis runs every command through the three methods that are replaced here.
 * Its other methods would use the client's own connection, so they throw: see {@link RoutedClient}.
 *
 * @param client not connected
 */
export function backClient(client: RedisClient, backing: Backing): RedisClient {
  // `createClient` gives an object made of the client itself, and commands run on the latter.
  const own: object = Object.getPrototypeOf(client);
  for (const name of methodsOfConnection(own)) {
    Object.defineProperty(own, name, {
      value: () => {
        throw new Error(`${name} needs one server: take a node of Nodes, or a script.`);
      },
      writable: true,
    });
  }
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
    _executeCommand: backing.command,
    _executeScript: backing.script,
    sendCommand(this: object, args: readonly RedisArgument[], options: Options) {
      return backing.raw(args, { ...optionsOf(this), ...options });
    },
  });
  return client;
}

/** The methods of node-redis's client that aren't commands. Aliases such as `multi` are properties of each client. */
function methodsOfConnection(own: object): string[] {
  const names: string[] = [];
  const connection: object = Object.getPrototypeOf(Object.getPrototypeOf(own));
  for (const from of [connection, own]) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(from)))
      if (typeof value === "function" && !STAYS.test(name)) names.push(name);
  }
  return names;
}
