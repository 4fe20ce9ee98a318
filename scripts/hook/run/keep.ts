import { setTimeout as sleep } from "node:timers/promises";
import { truncateUtf8 } from "../../../src/memory/text/truncate.js";
import type { Told } from "../clients/client.js";
import type { HandedOver } from "./hand-over.js";
import { post } from "./place.js";
import type { Place } from "./place.js";

/** A prompt and its answer together stay below what an interaction may have, however JSON escapes them. */
const PART_BYTES = 20 * 1024;
/** A restart of the service may take longer: then a later hook of the same place stores it. */
const ATTEMPTS = 4;
const ATTEMPT_MS = 10_000;

/** Whether there is something to store: a prompt and its answer. */
export function isExchange(told: Told): told is Told & { readonly prompt: string; readonly answer: string } {
  return told.prompt !== undefined && told.prompt.trim() !== "" && told.answer !== undefined;
}

/**
 * Stores a prompt with its answer as an interaction of the conversation's session: recall finds it from then on. Throws if
 * no attempt succeeds.
 */
export async function keepExchange(
  place: Place,
  client: string,
  { told, once }: HandedOver,
  session: string | undefined,
  attempts = ATTEMPTS,
): Promise<void> {
  if (!isExchange(told)) return;
  const body = {
    input: truncateUtf8(told.prompt, PART_BYTES),
    response: truncateUtf8(told.answer, PART_BYTES),
    tags: [client],
    ...(session === undefined ? {} : { session_id: session }),
  };
  // One key for all attempts: whichever arrives, the exchange is stored once.
  const headers = { "idempotency-key": once };
  const path = `/v1/namespaces/${encodeURIComponent(place.namespace)}/interactions`;
  for (let attempt = 1; ; attempt++) {
    try {
      await post(place, path, body, AbortSignal.timeout(ATTEMPT_MS), headers);
      return;
    } catch (error) {
      if (attempt >= attempts) throw error;
      await sleep(1_000 * attempt);
    }
  }
}
