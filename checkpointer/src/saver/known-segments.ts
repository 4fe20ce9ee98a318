/** Ids are 16 characters, so this is some 10 MB. */
const MAX_IDS = 100_000;

/**
 * Segments of each thread's lists that Redis probably has, so that they aren't sent again. Another process may have
 * deleted the thread, so the script that stores a list checks.
 */
export interface KnownSegments {
  has(threadId: string, id: string): boolean;
  add(threadId: string, ids: Iterable<string>): void;
  forget(threadId: string): void;
}

export function createKnownSegments(maxIds: number = MAX_IDS): KnownSegments {
  /** The least recently used thread first. */
  const threads = new Map<string, Set<string>>();
  let count = 0;

  const forget = (threadId: string): void => {
    count -= threads.get(threadId)?.size ?? 0;
    threads.delete(threadId);
  };

  return {
    has: (threadId, id) => threads.get(threadId)?.has(id) ?? false,
    forget,
    add(threadId, ids) {
      const known = threads.get(threadId) ?? new Set();
      forget(threadId);
      for (const id of ids) known.add(id);
      if (known.size === 0) return;
      threads.set(threadId, known);
      count += known.size;
      for (const oldest of threads.keys()) {
        if (count <= maxIds) break;
        forget(oldest);
      }
    },
  };
}
