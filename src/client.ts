import type { ClientRequestOptions } from "hono/client";
import { hc } from "hono/client";
import type { AppType } from "./app.js";

/**
 * A client of the HTTP API whose paths, parameters, bodies and answers are typed by the routes themselves:
 * `client.v1.recall.$post({ json: { query, namespaces } })`. An API key goes into `options`:
 * `{ headers: { authorization: "Bearer mn_…" } }`.
 */
export function createClient(baseUrl: string, options?: ClientRequestOptions) {
  return hc<AppType>(baseUrl, options);
}

export type Client = ReturnType<typeof createClient>;
