import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "../../start-error.js";
import { publicAddress } from "./address.js";
import type { Loading } from "./loading.js";
import { watchLoading } from "./loading.js";
import { asRefusal, isAway, isPassingReply } from "./refusal.js";

const POLL_MS = 200;
/** For what passes by itself, such as a script that keeps Redis busy or a primary that a replica waits for. */
const PASSES_WITHIN_MS = 30_000;
const LINE_EVERY_MS = 5_000;

/** How a start waits for a Redis that can't serve yet. */
export interface Patience {
  /** Takes a line about what is waited for. */
  readonly note: (line: string) => void;
  /** Ends the wait, which rejects with the abort's reason: a {@link StartError}. */
  readonly signal?: AbortSignal | undefined;
}

export interface PatienceOptions extends Patience {
  /** Also waits for a Redis that is away. Default false: one that was never reached is given up at once. */
  readonly known?: boolean;
}

/** Repeats the question while Redis loads its data and makes progress with it, however long that takes. */
export async function untilLoaded<Facts extends { readonly loading: Loading | undefined }>(
  url: string,
  ask: () => Promise<Facts>,
  { note, signal }: Patience,
): Promise<Facts> {
  const watch = watchLoading(note);
  for (;;) {
    const facts = await ask();
    if (facts.loading === undefined) return facts;
    if (!watch.see(facts.loading)) {
      throw new StartError(
        `The Redis of REDIS_URL (${publicAddress(url)}) makes no progress with loading its data: it stays at ${facts.loading.percent} %.`,
      );
    }
    await pause(signal);
  }
}

/**
 * Does a step of the start, again and again while Redis says that it can't serve now. Rejects with a
 * {@link StartError} for all that Redis can reply: only a fault of our own is left as it is.
 *
 * @param work may be done twice
 */
export async function patiently<T>(
  url: string,
  work: () => Promise<T>,
  { note, signal, known = false }: PatienceOptions,
): Promise<T> {
  const end = Date.now() + PASSES_WITHIN_MS;
  let lineAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const refusal = asRefusal(url, error);
      const passes = isPassingReply(error) || (known && isAway(error));
      if (!passes || Date.now() > end) throw refusal;
      if (refusal instanceof StartError && Date.now() - lineAt >= LINE_EVERY_MS) {
        lineAt = Date.now();
        note(`Waiting: ${refusal.message}`);
      }
    }
    await pause(signal);
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  // An abort ends the wait early; its reason is what the start fails with.
  await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  signal?.throwIfAborted();
}
