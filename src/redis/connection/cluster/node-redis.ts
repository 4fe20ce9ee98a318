/* oxlint-disable no-underscore-dangle -- node-redis has no other names for what its own cluster client is made of */
import type { CommandParser } from "redis";
import type { RedisClient } from "../redis-client.js";
import type { Cluster } from "./node-clients.js";

type CommandArguments = Parameters<RedisClient["_executeCommand"]>;
type ScriptArguments = Parameters<RedisClient["_executeScript"]>;
export type Command = CommandArguments[0];
export type Script = ScriptArguments[0];
export type Options = CommandArguments[2];
export type Transform = CommandArguments[3];

/** Runs a command on one server's client, as one of the client's own methods does. */
export const runCommand = (client: RedisClient, ...args: CommandArguments): Promise<unknown> =>
  client._executeCommand(...args);

export const runScript = (client: RedisClient, ...args: ScriptArguments): Promise<unknown> =>
  client._executeScript(...args);

/** Runs a command on the nodes that hold its keys. */
export const routeCommand = (
  cluster: Cluster,
  command: Command,
  parser: CommandParser,
  options: Options,
  transform: Transform,
): Promise<unknown> =>
  cluster._executeWithPolicies<unknown>(
    parser,
    false,
    options,
    (each) => (node, own) => runCommand(node, command, each, own, transform),
  );

export const routeScript = (
  cluster: Cluster,
  script: Script,
  parser: CommandParser,
  options: Options,
  transform: Transform,
): Promise<unknown> =>
  cluster._execute<unknown>(parser, false, options, (node, own) =>
    runScript(node, script, parser, own, transform),
  );

/** Asks the cluster for its present layout. */
export const rediscover = (cluster: Cluster): Promise<void> => cluster._slots.rediscover();

/** Of `withTypeMapping` and its like, which make an object of the client with options of its own. */
export function optionsOf(client: object): Options {
  return (client as { readonly _commandOptions?: Options })._commandOptions;
}
