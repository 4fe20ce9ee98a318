import type { Context } from "hono";

/** What a request that a tool makes in this process has instead of Node's own request. */
export interface InnerBindings {
  /** The request that called the tool was counted against the rate limits already. */
  readonly counted: true;
}

/** Whether a tool made this request. No caller can say so: bindings come from this process. */
export function isInner(c: Context): boolean {
  return (c.env as Partial<InnerBindings>).counted === true;
}
