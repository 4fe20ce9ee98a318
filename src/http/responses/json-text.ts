import type { Context as HonoContext, TypedResponse } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/**
 * As `c.json`, with JSON that is text already. The caller guarantees that the text is that of a `Body`; the typed
 * client relies on it.
 */
export function jsonTextResponse<Body>() {
  return <Status extends ContentfulStatusCode>(
    c: HonoContext,
    json: string,
    status: Status,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    c.body(json, status, { "Content-Type": "application/json", ...headers }) as unknown as Response &
      TypedResponse<Body, Status, "json">;
}
