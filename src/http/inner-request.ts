import type { Context } from "hono";

/** What a request that a tool makes in this process has instead of Node's own request. */
export interface InnerBindings {
  /**
   * Whether it comes with the call, as one of its first few requests: those are counted together as the call's one. Each
   * further one counts by itself, and takes its turn among the requests that go through a namespace.
   */
  readonly withCall: boolean;
  /** Whether the client that made the call has gone. */
  readonly gone: () => boolean;
}

/** The bindings of a request that a tool made. No caller can give them: bindings come from this process. */
export function innerBindings(c: Context): InnerBindings | undefined {
  const bindings = c.env as Partial<InnerBindings>;
  return bindings.withCall === undefined ? undefined : (c.env as InnerBindings);
}

/** Whether a tool made this request. */
export const isInner = (c: Context): boolean => innerBindings(c) !== undefined;
