import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { truncateUtf8 } from "../../../src/memory/text/truncate.js";
import type { Told } from "../clients/client.js";
import { post } from "./place.js";
import type { Place } from "./place.js";

/** A prompt and its answer together stay below what an interaction may have, however JSON escapes them. */
const PART_BYTES = 20 * 1024;
const ATTEMPTS = 4;
const ATTEMPT_MS = 10_000;

/** Stores a prompt with its answer as an interaction of the conversation's session: recall finds it from then on. */
export async function keepExchange(
  place: Place,
  client: string,
  told: Told,
  session: string | undefined,
): Promise<void> {
  const { prompt } = told;
  if (prompt === undefined || prompt.trim() === "" || told.answer === undefined) return;
  const body = {
    input: truncateUtf8(prompt, PART_BYTES),
    response: truncateUtf8(told.answer, PART_BYTES),
    tags: [client],
    ...(session === undefined ? {} : { session_id: session }),
  };
  // One key for all attempts: whichever arrives, the exchange is stored once.
  const once = { "idempotency-key": randomUUID() };
  const path = `/v1/namespaces/${encodeURIComponent(place.namespace)}/interactions`;
  for (let attempt = 1; ; attempt++) {
    try {
      await post(place, path, body, AbortSignal.timeout(ATTEMPT_MS), once);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(1_000 * attempt);
    }
  }
}
