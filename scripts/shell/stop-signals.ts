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

/** Aborted by the signal that ends the process, for a reason that needs no stack. */
export function abortedBy(stop: Promise<NodeJS.Signals>): AbortSignal {
  const controller = new AbortController();
  void stop.then((signal) => controller.abort(stoppedBy(signal)));
  return controller.signal;
}

/** Gives up what a signal needn't wait for, such as a download: half of one isn't in the cache yet. */
export function untilStopped<T>(work: Promise<T>, stop: Promise<NodeJS.Signals>): Promise<T> {
  const stopped = stop.then((signal) => {
    throw stoppedBy(signal);
  });
  return Promise.race([work, stopped]);
}

const stoppedBy = (signal: NodeJS.Signals): Failure => new Failure(`Stopped by ${signal}.`);
