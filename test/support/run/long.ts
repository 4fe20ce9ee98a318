/** Set by `node scripts/run.mjs test-long`: tests that have a short form do all that they can. */
export const isLong = process.env["MNEME_TEST_LONG"] === "1";

/**
 * How many examples a property is tried with whose runs ask a service or Redis: a third of them in `npm test`. They are
 * drawn anew each time, so many short runs find what one long run does.
 */
export function runs(long: number): number {
  return isLong ? long : Math.ceil(long / 3);
}
