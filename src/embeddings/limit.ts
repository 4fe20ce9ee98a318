/** Runs at most `max` works at a time, in the order they came. */
export function createLimit(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // A place goes straight to the next waiter, so that no new call slips in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
