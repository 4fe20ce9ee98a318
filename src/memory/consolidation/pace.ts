import { setTimeout as sleep } from "node:timers/promises";

/** Comes back at once, or after a rest: called between any two pieces of work. */
export type Pace = () => Promise<void>;

/** How long it works without a rest: what others wait for at the most, but for a longer piece. */
const STRETCH_MS = 4;
/** Of the time worked; for at most so long, because waiting for a language model is no load. */
const REST = 1.5;
const LONGEST_REST_MS = 100;

/**
 * Works two fifths of the time at most, in short stretches: processors, Redis and the local model belong to whoever waits for an answer first.
 * One pace for all runs of a process.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  let rested = now();
  let last = rested;
  return async () => {
    const time = now();
    // Between two runs nobody worked.
    if (time - last > 1000) rested = time;
    last = time;
    const worked = time - rested;
    if (worked < STRETCH_MS) return;
    await sleep(Math.min(LONGEST_REST_MS, worked * REST));
    rested = last = now();
  };
}
