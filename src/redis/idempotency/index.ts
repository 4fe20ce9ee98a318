import { randomUUID } from "node:crypto";
import type { AnswerStore } from "../../domain/idempotency.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** Longer than any request takes: what is claimed for longer was claimed by a process that died. */
const CLAIM_MS = 60_000;
export const KEEP_ANSWER_MS = 24 * 3600 * 1000;

/** Spread over all slots: nothing needs them together, and they belong to no namespace. */
export function createAnswerStore(redis: RedisGateway, keys: Keys): AnswerStore {
  return {
    async claim(operation, request) {
      const token = randomUUID();
      const [code, sealed = ""] = await redis.run((client) =>
        client.claimAnswer([keys.answer(operation)], [request, token, String(CLAIM_MS)]),
      );
      if (code === 0) return { kind: "claimed", token };
      if (code === 1) return { kind: "other_request" };
      if (code === 2) return { kind: "busy" };
      return sealed === "" ? { kind: "erased" } : { kind: "answered", sealed };
    },
    async keep(operation, token, sealed, memories) {
      await redis.run(async (client) => {
        // Before the answer is there: a deletion in between must find it.
        await Promise.all(
          memories.flatMap((id) => [
            client.sAdd(keys.answersOf(id), operation),
            client.pExpire(keys.answersOf(id), KEEP_ANSWER_MS),
          ]),
        );
        await client.keepAnswer([keys.answer(operation)], [token, sealed, String(KEEP_ANSWER_MS)]);
      });
    },
    async release(operation, token) {
      await redis.run((client) => client.keepAnswer([keys.answer(operation)], [token, "", "0"]));
    },
  };
}
