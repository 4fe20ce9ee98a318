import { asRefusal } from "../../src/redis/connection/refusal.js";
import { isNotLetIn } from "../../src/redis/connection/error-replies.js";
import type { Connection } from "../../src/redis/connection/server.js";
import { messageOf } from "../shell/failure.js";
import { ok, problem } from "./finding.js";
import type { Finding } from "./finding.js";

const KEPT_MS = "60000";

/**
 * Commands of each kind that mneme uses, on a key of its own. That the key holds another type is no refusal. It ends
 * by itself, should the last command be forbidden.
 */
const commandsOn = (key: string): readonly (readonly string[])[] => [
  ["SET", key, "", "PX", KEPT_MS],
  ["GET", key],
  ["UNLINK", key],
  ["JSON.SET", key, "$", "{}"],
  ["PEXPIRE", key, KEPT_MS],
  ["JSON.GET", key],
  ["UNLINK", key],
  ["HSET", key, "field", ""],
  ["PEXPIRE", key, KEPT_MS],
  ["HGETALL", key],
  ["UNLINK", key],
  ["XADD", key, "*", "field", ""],
  ["PEXPIRE", key, KEPT_MS],
  ["XRANGE", key, "-", "+", "COUNT", "1"],
  ["UNLINK", key],
  ["ZADD", key, "0", "member"],
  ["PEXPIRE", key, KEPT_MS],
  ["ZRANGE", key, "0", "0"],
  ["UNLINK", key],
  ["EVAL", "return redis.call('EXISTS', KEYS[1])", "1", key],
  ["SCAN", "0", "MATCH", key, "COUNT", "1"],
  ["PUBLISH", key, ""],
  ["FT._LIST"],
  ["TIME"],
];

/** Whether Redis's ACL lets this user do all that mneme does, and whether Redis takes writes at all. */
export async function* checkPermissions(
  client: Connection,
  url: string,
  key: string,
): AsyncGenerator<Finding> {
  const denied = new Set<string>();
  for (const command of commandsOn(key)) {
    try {
      await client.sendCommand([...command]);
    } catch (error) {
      if (isNotLetIn(error)) denied.add(command[0] ?? "");
      else if (command[0] === "SET") {
        // A replica, a full disk, no memory: none of the other writes would do either.
        yield problem("redis", messageOf(asRefusal(url, error)));
        return;
      }
    }
  }
  if (denied.size === 0) {
    yield ok("redis", "Redis takes writes, and its ACL allows all that mneme does.");
    return;
  }
  const user = await client.sendCommand(["ACL", "WHOAMI"]).catch(() => "the user of REDIS_URL");
  yield problem(
    "redis",
    `Redis's ACL denies ${String(user)} ${[...denied].join(", ")} on keys such as ${key}: allow these commands, on the keys and channels that begin with MNEME_KEY_PREFIX.`,
  );
}
