import { setTimeout as sleep } from "node:timers/promises";

/** Tries of one request. */
const TRIES = 6;
/** Wait before a second try where the answer names none. Seconds. */
const WAIT_SECONDS = 1;

/**
 * A fetch that tries again what was refused with 503, after the seconds of `Retry-After`: a service that is short of
 * time for a moment doesn't end hours of measuring. A request that got 503 wasn't done.
 */
export async function patientFetch(...request: Parameters<typeof fetch>): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(...request);
    if (answer.status !== 503 || tries === TRIES) return answer;
    await answer.body?.cancel();
    await sleep(1000 * (Number(answer.headers.get("retry-after")) || WAIT_SECONDS));
  }
}
