import type { RedisArgument } from "redis";

/** Commands whose first argument is a key, among those that are sent as they are. */
const FIRST =
  /^(?:JSON\.(?:GET|MGET|SET)|X(?:ADD|RANGE|REVRANGE|TRIM)|GET|EXISTS|UNLINK|Z(?:ADD|REM|RANGE))$/i;
const SCRIPT = /^(?:EVAL|EVALSHA|FCALL)(?:_RO)?$/i;

/** node-redis would send it to a node by chance. */
export class KeylessCommand extends Error {
  override readonly name = "KeylessCommand";

  constructor(command: RedisArgument | undefined) {
    super(`${String(command)} has no key by which a node of the cluster could be found.`);
  }
}

/** The key by which a node is found, of a command as it is sent. Throws where that isn't known: a guess would go anywhere. */
export function keyOf(args: readonly RedisArgument[]): RedisArgument {
  const command = String(args[0]);
  const key = FIRST.test(command)
    ? args[1]
    : SCRIPT.test(command) && Number(args[2]) > 0
      ? args[3]
      : undefined;
  if (key === undefined) throw new KeylessCommand(command);
  return key;
}
