import { setImmediate as breathe } from "node:timers/promises";

const TURN_MS = 4;

/** Lets others work, where this has worked for some milliseconds: called between any two pieces of work. */
export function createTurns(): () => Promise<void> {
  let start = performance.now();
  return async () => {
    if (performance.now() - start < TURN_MS) return;
    await breathe();
    start = performance.now();
  };
}
