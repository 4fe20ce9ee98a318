const HOUR_MS = 3_600_000;

/**
 * Receipts of several namespaces lie with those that are kept equally long and came in the same hour. So what is written
 * again where one of them is deleted is bounded, whoever the others are of.
 *
 * @param at milliseconds since the epoch
 */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);

/** Former releases put those of all hours together. */
export const isOfHour = (home: string): boolean => home.includes(".");

/** How long receipts in a home of several namespaces are kept, in seconds. */
export const keptIn = (home: string): number => Number.parseInt(home.slice(1), 10);
