/** How far Redis has come with loading its data, as `INFO persistence` says. */
export interface Loading {
  readonly percent: number;
  readonly bytes: number;
  readonly etaSeconds: number;
}

/** No byte more within this time: it hangs. A single large value may take seconds. */
const STALLED_MS = 120_000;
const LINE_EVERY_MS = 2_000;

/** From `INFO persistence`; undefined: nothing is being loaded. */
export function loadingOf(info: string): Loading | undefined {
  const number = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
  if (number("loading") !== 1) return undefined;
  return {
    percent: number("loading_loaded_perc"),
    bytes: number("loading_loaded_bytes"),
    etaSeconds: number("loading_eta_seconds"),
  };
}

export interface LoadingWatch {
  /** Takes the latest state, and writes a progress line now and then. False: it makes no progress any more. */
  see(loading: Loading): boolean;
}

/** Follows one load. `now`: milliseconds, for tests. */
export function watchLoading(note: (line: string) => void, now: () => number = Date.now): LoadingWatch {
  let bytes = -1;
  let progressAt = now();
  let lineAt = Number.NEGATIVE_INFINITY;
  return {
    see(loading) {
      const time = now();
      // A replica may begin again from the start: any change is progress.
      if (loading.bytes !== bytes) {
        bytes = loading.bytes;
        progressAt = time;
      }
      if (time - lineAt >= LINE_EVERY_MS) {
        lineAt = time;
        note(lineOf(loading));
      }
      return time - progressAt < STALLED_MS;
    },
  };
}

function lineOf({ percent, etaSeconds }: Loading): string {
  return `Redis is loading its data: ${percent.toFixed(0)} %, about ${etaSeconds} s left.`;
}
