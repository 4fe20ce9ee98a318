import { createHash } from "node:crypto";
import { asRefusal } from "../../src/redis/connection/refusal.js";
import { isNotLetIn } from "../../src/redis/connection/error-replies.js";
import type { Connection } from "../../src/redis/connection/server.js";
import { messageOf } from "../shell/failure.js";
import { ok, problem } from "./finding.js";
import type { Finding } from "./finding.js";

const KEPT_MS = "60000";
const SCRIPT = "return redis.call('EXISTS', KEYS[1])";
const SHA1 = createHash("sha1").update(SCRIPT).digest("hex");

/**
 * Commands of each kind that mneme uses, on a key of its own. That the key holds another type is no refusal. It ends
 * by itself, should the last command be forbidden. An ACL decides before a command is understood, so no index is made.
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
  ["INCR", key],
  ["PEXPIRE", key, KEPT_MS],
  ["UNLINK", key],
  ["SCRIPT", "EXISTS", SHA1],
  ["SCRIPT", "LOAD", SCRIPT],
  ["EVALSHA", SHA1, "1", key],
  ["EVAL", SCRIPT, "1", key],
  ["SCAN", "0", "MATCH", key, "COUNT", "1"],
  ["PUBLISH", key, ""],
  ["FT._LIST"],
  ["FT.CREATE", key, "ON", "NOTHING", "SCHEMA", "field", "NUMERIC"],
  ["FT.INFO", key],
  ["FT.SEARCH", key, "*"],
  ["FT.AGGREGATE", key, "*"],
  ["FT.PROFILE", key, "SEARCH", "QUERY", "*"],
  ["FT.DROPINDEX", key],
  ["TIME"],
  ["WAITAOF", "0", "0", "1"],
];

/**
 * Whether Redis's ACL lets this user do what mneme does, and whether Redis takes writes at all.
 *
 * @param subscribe subscribes to the key's name as a channel, on a connection of its own
 */
export async function* checkPermissions(
  client: Connection,
  url: string,
  key: string,
  subscribe: () => Promise<void>,
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
  await subscribe().catch((error: unknown) => {
    if (!isNotLetIn(error)) throw error;
    denied.add("SUBSCRIBE");
  });
  if (denied.size === 0) {
    yield ok("redis", "Redis takes writes, and its ACL allows each kind of command that mneme uses.");
    return;
  }
  const user = await client.sendCommand(["ACL", "WHOAMI"]).catch(() => "the user of REDIS_URL");
  yield problem(
    "redis",
    `Redis's ACL denies ${String(user)} ${[...denied].join(", ")} on keys such as ${key}: allow these commands, on the keys and channels that begin with MNEME_KEY_PREFIX.`,
  );
}
