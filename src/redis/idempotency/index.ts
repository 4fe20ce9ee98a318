import { randomUUID } from "node:crypto";
import type { AnswerStore, Claimed } from "../../domain/idempotency.js";
import { LEASE_MS } from "../../domain/lease.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { MARK_MS } from "./erase.js";
import { CODE, wrongCode } from "../scripts/codes.js";

export const KEEP_ANSWER_MS = 24 * 3600 * 1000;
/** An answer may show thousands: others' commands come in between. */
const NOTED_AT_ONCE = 100;
/** A request is known longer than what it has done: else another one with its key would get that. */
const KNOWN_MS = KEEP_ANSWER_MS + 3600 * 1000;
/** How far the clocks of a cluster's nodes may differ. */
const SKEW_MS = 1_000;

/** Spread over all slots: nothing needs them together. What an answer holds is noted apart, see lua/note.lua. */
export function createAnswerStore(redis: RedisGateway, keys: Keys): AnswerStore {
  const skewMs = redis.nodes.clustered ? SKEW_MS : 0;

  /** Notes the answer under its subjects. True if one of them was deleted since the claim. */
  async function note(
    client: RoutedClient,
    operation: string,
    { begun }: Claimed,
    subjects: readonly string[],
  ): Promise<boolean> {
    for (let at = 0; at < subjects.length; at += NOTED_AT_ONCE) {
      const deleted = await Promise.all(
        subjects
          .slice(at, at + NOTED_AT_ONCE)
          .map((subject) =>
            client.noteAnswer(
              [keys.answersOf(subject), keys.answersGone(subject), keys.answersGoneBy(subject)],
              [operation, ...[KEEP_ANSWER_MS, begun, skewMs, MARK_MS].map(String)],
            ),
          ),
      );
      if (deleted.includes(1)) return true;
    }
    return false;
  }

  return {
    async claim(operation, request) {
      const token = randomUUID();
      return redis.run(async (client) => {
        const [code, text = "", again = ""] = await client.claimAnswer(
          [keys.answer(operation)],
          [request, token, String(LEASE_MS), String(KNOWN_MS)],
        );
        if (code === CODE.TAKEN) return { kind: "other_request" };
        if (code === CODE.BUSY) return { kind: "busy" };
        if (code === CODE.SEEN) return text === "" ? { kind: "erased" } : { kind: "answered", sealed: text };
        if (code !== CODE.DONE) throw wrongCode("idempotency/lua/claim", code);
        return { kind: "claimed", token, begun: Number(text), again: again === "1" };
      });
    },
    async renew(operation, { token }, ms) {
      const kept = await redis.run((client) =>
        client.renewAnswer([keys.answer(operation)], [token, String(ms)]),
      );
      return kept === 1;
    },
    async keep(operation, claim, sealed, subjects) {
      await redis.run(async (client) => {
        // Before the answer is there: a deletion from now on finds it, and one until now has left its mark.
        const erased = subjects === undefined || (await note(client, operation, claim, subjects));
        await client.keepAnswer(
          [keys.answer(operation)],
          [claim.token, sealed, String(KEEP_ANSWER_MS), erased ? "1" : ""],
        );
      });
    },
    async release(operation, { token }, acted) {
      const known = acted ? String(KNOWN_MS) : "0";
      await redis.run((client) => client.keepAnswer([keys.answer(operation)], [token, "", known, ""]));
    },
  };
}
