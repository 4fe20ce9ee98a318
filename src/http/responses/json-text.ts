import type { TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/**
 * As `c.json`, with JSON that is text already. The caller guarantees that the text is that of a `Body`; the typed
 * client relies on it.
 */
export function jsonTextResponse<Body>() {
  return <Status extends ContentfulStatusCode>(
    json: string,
    status: Status,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    // Not by c.body, which makes a Headers object of them: see identify.ts.
    new Response(json, { status, headers: { "Content-Type": "application/json", ...headers } }) as Response &
      TypedResponse<Body, Status, "json">;
}
