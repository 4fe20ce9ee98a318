/** All who follow changes in this process: a bounded number, and all of them let go at its end. */
export interface Watchers {
  /** Undefined where there are too many already, or the process is ending. */
  enter(onClose: () => void): (() => void) | undefined;
  readonly count: number;
  close(): void;
}

export function createWatchers(max: number): Watchers {
  const open = new Set<() => void>();
  let closed = false;
  return {
    enter(onClose) {
      if (closed || open.size >= max) return undefined;
      // Of its own, so that one callback can stand for two.
      const entry = (): void => onClose();
      open.add(entry);
      return () => void open.delete(entry);
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
