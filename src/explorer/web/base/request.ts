import { useEffect, useRef, useState } from "preact/hooks";
import type { MnemeError } from "@mneme/client";
import { errorOf, service } from "./service.js";

interface State<T> {
  readonly busy: boolean;
  readonly data?: T;
  readonly error?: MnemeError;
}

export interface Requested<T> {
  readonly busy: boolean;
  readonly data: T | undefined;
  readonly error: MnemeError | undefined;
  readonly ask: () => void;
}

/**
 * Asks when the person says so, and never by itself: for what is long, or leaves a trace. Leaving the view ends it, and
 * another API key drops its answer.
 */
export function useRequest<T>(load: (signal: AbortSignal) => Promise<T>): Requested<T> {
  const [state, set] = useState<State<T>>({ busy: false });
  const control = useRef<AbortController | undefined>(undefined);
  const client = service.value;
  useEffect(() => {
    set({ busy: false });
    return () => control.current?.abort();
  }, [client]);
  const ask = async (): Promise<void> => {
    control.current?.abort();
    const { signal } = (control.current = new AbortController());
    set({ busy: true });
    try {
      const data = await load(signal);
      if (!signal.aborted) set({ busy: false, data });
    } catch (error) {
      if (!signal.aborted) set({ busy: false, error: errorOf(error) });
    }
  };
  return { busy: state.busy, data: state.data, error: state.error, ask: () => void ask() };
}
