import type { Span } from "../domain/tracing.js";

export interface RequestSpan extends Span {
  answered(status: number, requestId: string): void;
}

/** Where traces of requests go. */
export interface Tracing {
  /** `header`: reads a header of the request, whose `traceparent` may say to which trace it belongs. */
  request(method: string, route: string, header: (name: string) => string | undefined): RequestSpan;
  /** Sends what is left. */
  close(): Promise<void>;
}
