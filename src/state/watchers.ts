/** Why nobody more can follow changes: this process has no place left, or this key has none. */
export type NoPlace = "process" | "key";

/** All who follow changes in this process: a bounded number, of each key too, and all of them let go at its end. */
export interface Watchers {
  /** Takes a place for a key (null: no key is needed); gives what frees it, or why there is none. */
  enter(keyId: string | null, onClose: () => void): (() => void) | NoPlace;
  readonly count: number;
  close(): void;
}

export interface WatcherLimits {
  readonly max: number;
  /** Of `max`, for one key: else one key could keep all others from following. */
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
      // Of its own, so that one callback can stand for two.
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
