/* oxlint-disable no-underscore-dangle -- node-redis has no other names for what its own cluster client is made of */
import type { CommandParser } from "redis";
import { runCommand, runScript } from "../run-on.js";
import type { Command, Options, Script, Transform } from "../run-on.js";
import type { Cluster } from "./node-clients.js";

/**
 * Runs a command on the nodes that hold its keys.
 *
 * @param admit called once a node is there to take it; throws if that is too late
 */
export const routeCommand = (
  cluster: Cluster,
  command: Command,
  parser: CommandParser,
  options: Options,
  transform: Transform,
  admit: () => void,
): Promise<unknown> =>
  cluster._executeWithPolicies<unknown>(parser, false, options, (each) => async (node, own) => {
    admit();
    return runCommand(node, command, each, own, transform);
  });

export const routeScript = (
  cluster: Cluster,
  script: Script,
  parser: CommandParser,
  options: Options,
  transform: Transform,
  admit: () => void,
): Promise<unknown> =>
  cluster._execute<unknown>(parser, false, options, async (node, own) => {
    admit();
    return runScript(node, script, parser, own, transform);
  });

/** Asks the cluster for its present layout. */
export const rediscover = (cluster: Cluster): Promise<void> => cluster._slots.rediscover();
