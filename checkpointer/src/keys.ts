/** The keys of a thread, in the order that every script takes them: index, heads, values, writes, segments. */
export type ThreadKeys = readonly [string, string, string, string, string];

/**
 * Every Redis key of the checkpointer, built in this one file.
 *
 * All keys of a thread carry it as hash tag: one slot on Redis Cluster, so one script can read or change the thread
 * as a whole.
 */
export interface Keys {
  thread(threadId: string): ThreadKeys;
  /** All threads, for listing, in a slot of its own. */
  threads(): string;
}

export function createKeys(prefix: string): Keys {
  return {
    thread(threadId) {
      const tag = `${prefix}:{${encodeThread(threadId)}}`;
      return [`${tag}:index`, `${tag}:heads`, `${tag}:values`, `${tag}:writes`, `${tag}:segments`];
    },
    threads: () => `${prefix}:threads`,
  };
}

/**
 * A thread id is a caller's text: a brace in it would move the hash tag, a colon could name another thread's key.
 * Percent-encoding is one to one. It can't hold half a surrogate pair, so such an id is written as its UTF-16 units
 * after `%u`, which percent-encoding never makes.
 */
function encodeThread(threadId: string): string {
  return threadId.isWellFormed()
    ? encodeURIComponent(threadId)
    : `%u${Buffer.from(threadId, "utf16le").toString("hex")}`;
}
