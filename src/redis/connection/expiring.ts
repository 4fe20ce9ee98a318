import { TooLate } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import type { RedisGateway } from "./client.js";

/** A gateway that doesn't begin a search whose answer no one waits for any more. */
export function expiring(redis: RedisGateway, deadline: Deadline): RedisGateway {
  return {
    ...redis,
    search: (work, timeoutMs, about) =>
      redis.search(
        (client) => (deadline.passed ? Promise.reject(new TooLate()) : work(client)),
        timeoutMs,
        about,
      ),
  };
}
