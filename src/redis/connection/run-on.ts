/* oxlint-disable no-underscore-dangle -- node-redis has no other names for what its clients run every command through */
import type { RedisClient } from "./redis-client.js";

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

/** Of `withTypeMapping` and its like, which make an object of the client with options of its own. */
export function optionsOf(client: object): Options {
  return (client as { readonly _commandOptions?: Options })._commandOptions;
}
