import { useEffect, useState } from "preact/hooks";
import type { MnemeClient, MnemeError } from "@mneme/client";
import { changes, errorOf, service } from "./service.js";

export interface Query<T> {
  /** The latest answer; while the next one loads it is the one before. */
  readonly data: T | undefined;
  readonly error: MnemeError | undefined;
  readonly loading: boolean;
  /** How long the latest answer took, in milliseconds. */
  readonly ms: number;
  readonly retry: () => void;
}

interface State<T> {
  readonly key: string | undefined;
  /** Which asked. An answer to another API key is nothing for this one. */
  readonly client?: MnemeClient;
  readonly data?: T | undefined;
  readonly error?: MnemeError | undefined;
  readonly loading: boolean;
  readonly ms: number;
}

/**
 * Loads what `key` stands for, again when the key, the API key or what is stored changes. An answer that is no longer
 * asked for is dropped. `undefined`: nothing is asked. `fresh`: the answer for another key isn't shown meanwhile.
 */
export function useQuery<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  { fresh = false }: { readonly fresh?: boolean } = {},
): Query<T> {
  const [state, set] = useState<State<T>>({ key: undefined, loading: key !== undefined, ms: 0 });
  const [tries, retryNow] = useState(0);
  const client = service.value;
  const change = changes.value;
  useEffect(() => {
    if (key === undefined) {
      set({ key, client, loading: false, ms: 0 });
      return undefined;
    }
    const control = new AbortController();
    const began = performance.now();
    set((before) => ({
      ...((fresh && before.key !== key) || before.client !== client ? { ms: 0 } : before),
      key,
      client,
      error: undefined,
      loading: true,
    }));
    const ask = async (): Promise<void> => {
      try {
        const data = await load(control.signal);
        if (!control.signal.aborted)
          set({ key, client, data, loading: false, ms: performance.now() - began });
      } catch (error) {
        if (!control.signal.aborted) set({ key, client, error: errorOf(error), loading: false, ms: 0 });
      }
    };
    void ask();
    return () => control.abort();
  }, [key, client, change, tries]);
  const { data, error, loading, ms } = state;
  const mine = state.client === client;
  const current = mine && state.key === key;
  return {
    data: mine && (!fresh || current) ? data : undefined,
    error: current ? error : undefined,
    loading: loading || !current,
    ms,
    retry: () => retryNow(tries + 1),
  };
}
