/** Whether the Sentinels answer, as the latest look for the master has shown. */
export interface SentinelWatch {
  /** True where there are none. */
  readonly reached: boolean;
  saw(reached: boolean): void;
  /** Called when the Sentinels stop answering, and when they answer again. */
  onChange(listener: () => void): void;
}

export function createSentinelWatch(): SentinelWatch {
  const listeners = new Set<() => void>();
  let latest = true;
  return {
    get reached() {
      return latest;
    },
    saw(reached) {
      if (reached === latest) return;
      latest = reached;
      for (const listener of listeners) listener();
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
