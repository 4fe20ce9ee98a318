import { StartError } from "../start-error.js";

interface Running {
  stop(): Promise<void>;
}

/** Runs until a signal ends it, in good order; a second signal ends it at once. */
export function runUntilSignal(start: (signal: AbortSignal) => Promise<Running>): void {
  const given = new AbortController();
  const service = start(given.signal);
  // From the first moment on: a signal during the start ends what was started.
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      given.abort(new StartError(`Stopped by ${signal}.`));
      void service
        .then((running) => running.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }
  service.catch((error: unknown) => {
    const text =
      error instanceof StartError ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${text}\n`);
    process.exit(1);
  });
}
