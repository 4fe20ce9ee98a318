import type { RedisSaverOptions } from "../../src/index.js";
import { RedisSaver } from "../../src/index.js";
import { randomPrefix } from "./random.js";
import { client } from "./savers.js";

/** A saver on the real client, with a list of the commands that it sends. */
export function countCommands(
  options: RedisSaverOptions = {},
  redis: Pick<typeof client, "sendCommand"> = client,
): { saver: RedisSaver; commands: string[] } {
  const commands: string[] = [];
  const counting = {
    sendCommand(...[args, settings]: Parameters<typeof client.sendCommand>): Promise<unknown> {
      commands.push(String(args[0]));
      return redis.sendCommand(args, settings);
    },
  };
  return { saver: new RedisSaver(counting, { keyPrefix: randomPrefix(), ...options }), commands };
}
