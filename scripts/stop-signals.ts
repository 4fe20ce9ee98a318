import { Failure } from "./failure.js";

/** npm passes on a Ctrl-C that the terminal has sent us already: twice at once is one. */
const SAME_SIGNAL_WITHIN_MS = 500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. A second one, by someone who doesn't want to wait, ends the
 * process at once.
 */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        firstAt ??= Date.now();
        if (Date.now() - firstAt > SAME_SIGNAL_WITHIN_MS) process.exit(1);
        resolve(signal);
      });
    }
  });
}

/** Gives up what a signal needn't wait for, such as a download: half of one isn't in the cache yet. */
export function untilStopped<T>(work: Promise<T>, stop: Promise<NodeJS.Signals>): Promise<T> {
  const stopped = stop.then((signal) => {
    throw new Failure(`Stopped by ${signal}.`);
  });
  return Promise.race([work, stopped]);
}
