/** From this age on, a value is refreshed in the background, in milliseconds. Until then the old one serves. */
const REFRESH_MS = 1_000;
/** From this age on, a value is no longer served. */
const STALE_MS = 5_000;

interface Entry<Value> {
  readonly value: Value;
  /** When it was asked for: it may have changed since. */
  readonly at: number;
}

export interface FreshCacheOptions<Value> {
  readonly load: (id: string) => Promise<Value | undefined>;
  /** The least recently used beyond this many are dropped. */
  readonly max: number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
}

/**
 * Remembers values that another process may change: never older than 5 seconds, and refreshed in the background when
 * older than one. Missing values aren't remembered, so strangers who try ids can't push out the keys in use.
 */
export function createFreshCache<Value>({
  load,
  max,
  clock = () => performance.now(),
}: FreshCacheOptions<Value>) {
  const entries = new Map<string, Entry<Value>>();
  const loading = new Map<string, Promise<Value | undefined>>();

  function remember(id: string, value: Value | undefined, at: number): void {
    entries.delete(id);
    if (value === undefined) return;
    entries.set(id, { value, at });
    const [oldest] = entries.keys();
    if (entries.size > max && oldest !== undefined) entries.delete(oldest);
  }

  function ask(id: string): Promise<Value | undefined> {
    const at = clock();
    const asked: Promise<Value | undefined> = load(id).then(
      (value) => {
        // Forgotten while it was on its way: what comes may be from before the change.
        if (loading.get(id) === asked) {
          loading.delete(id);
          remember(id, value, at);
        }
        return value;
      },
      (error: unknown) => {
        if (loading.get(id) === asked) loading.delete(id);
        throw error;
      },
    );
    loading.set(id, asked);
    return asked;
  }

  return {
    find(id: string): Promise<Value | undefined> | Value | undefined {
      const entry = entries.get(id);
      const age = entry === undefined ? Infinity : clock() - entry.at;
      if (entry === undefined || age >= STALE_MS) return loading.get(id) ?? ask(id);
      if (age >= REFRESH_MS && !loading.has(id)) void ask(id).catch(() => {});
      // Used last.
      entries.delete(id);
      entries.set(id, entry);
      return entry.value;
    },
    findNow: ask,
    forget(id: string): void {
      entries.delete(id);
      loading.delete(id);
    },
    forgetAll(): void {
      entries.clear();
      loading.clear();
    },
  };
}
