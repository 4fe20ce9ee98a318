import { sourcesFingerprint } from "../bootstrap/build.mjs";

export interface WatchOptions {
  /** The repository's root unless given. */
  readonly root?: string;
  readonly everyMs?: number;
}

const LOOK_MS = 400;

/**
 * Calls back, one call at a time, when the sources have changed and then stayed the same for a moment. It looks at the
 * files: recursive watching in Node 20 loses a file once an editor has saved it by renaming another one over it.
 * Returns a function that ends the watch.
 */
export function watchSources(
  callback: () => Promise<void>,
  { root, everyMs = LOOK_MS }: WatchOptions = {},
): () => void {
  let seen = sourcesNow(root);
  let handled = seen;
  let busy = false;
  const look = async (): Promise<void> => {
    const now = sourcesNow(root);
    if (now !== seen || now === handled) {
      seen = now;
      return;
    }
    handled = now;
    await callback();
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void look()
      .catch((error: unknown) => console.error(error))
      .finally(() => (busy = false));
  }, everyMs);
  return () => clearInterval(timer);
}

/** A file may go between the listing and the look at it: that is a change like any other. */
function sourcesNow(root: string | undefined): string {
  try {
    return sourcesFingerprint(root);
  } catch {
    return "";
  }
}
