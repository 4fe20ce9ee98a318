/** Why a watcher is refused: this process is full, or this key's share is. */
export type NoPlace = "process" | "key";

/** All followers of changes in this process: a bounded number, in total and per key. All are released at its end. */
export interface Watchers {
  /** Takes a place for a key (null: no key is needed); returns what frees it, or the reason of the refusal. */
  enter(keyId: string | null, onClose: () => void): (() => void) | NoPlace;
  readonly count: number;
  close(): void;
}

export interface WatcherLimits {
  readonly max: number;
  /** The share of `max` for one key, so that it can't keep all others from following. */
  readonly perKey: number;
}

export function createWatchers({ max, perKey }: WatcherLimits): Watchers {
  const open = new Set<() => void>();
  const byKey = new Map<string, number>();
  let closed = false;

  function count(keyId: string | null, by: 1 | -1): void {
    if (keyId === null) return;
    const left = (byKey.get(keyId) ?? 0) + by;
    if (left > 0) byKey.set(keyId, left);
    else byKey.delete(keyId);
  }

  return {
    enter(keyId, onClose) {
      if (closed || open.size >= max) return "process";
      if (keyId !== null && (byKey.get(keyId) ?? 0) >= perKey) return "key";
      // A new function each time, so that one callback can be registered twice.
      const entry = (): void => onClose();
      open.add(entry);
      count(keyId, 1);
      return () => {
        if (open.delete(entry)) count(keyId, -1);
      };
    },
    get count() {
      return open.size;
    },
    close() {
      closed = true;
      for (const end of open) end();
    },
  };
}
