import { setTimeout as sleep } from "node:timers/promises";

/** Comes back at once, or after a rest: called between any two pieces of work. */
export type Pace = () => Promise<void>;

/** How long it works without a rest. Others wait at most this long, except for a longer piece of work. */
const STRETCH_MS = 4;
/** Of the time worked; for at most so long, because waiting for a language model is no load. */
const REST = 1.5;
const LONGEST_REST_MS = 100;

/**
 * Works two fifths of the time at most, in short stretches: processors, Redis and the local model belong to callers
 * that wait for an answer. All runs of a process share one pace.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  let rested = now();
  let last = rested;
  return async () => {
    const time = now();
    // A gap between two runs counts as rest.
    if (time - last > 1000) rested = time;
    last = time;
    const worked = time - rested;
    if (worked < STRETCH_MS) return;
    await sleep(Math.min(LONGEST_REST_MS, worked * REST));
    rested = last = now();
  };
}
