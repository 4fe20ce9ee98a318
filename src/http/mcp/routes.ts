import type { Context } from "hono";
import { Hono } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import { RELEASE } from "../../backup/release.js";
import type { HttpBindings } from "@hono/node-server";
import { callEnded } from "../../mcp/api.js";
import type { CallApi } from "../../mcp/api.js";
import type { AppDeps, AppEnv } from "../env.js";
import { namespace as namespaceSchema } from "../openapi/primitives.js";
import type { RouteTraits } from "../route-traits.js";
import { isForeign } from "../middleware/same-origin.js";
import { invalid } from "../../domain/errors.js";
import { HttpProblem, invalidRequest, RESOURCE_METADATA } from "../problem.js";
import type { InnerBindings } from "../inner-request.js";

const METHODS = ["POST", "GET", "DELETE"];
const PATHS = ["/mcp", "/mcp/:ns"];
const METADATA_PATHS = PATHS.map((path) => RESOURCE_METADATA + path);

/** A call waits for the requests that its tool makes. In a lane, it could hold the place that they wait for. */
const CALL: RouteTraits = { lane: "unbounded", shows: [], keepsNoAnswer: true };
const METADATA: RouteTraits = { lane: "direct", open: "metered" };

/** By method and path. */
export const MCP_TRAITS: Readonly<Record<string, RouteTraits>> = Object.fromEntries([
  ...METHODS.flatMap((method) => PATHS.map((path) => [`${method} ${path}`, CALL] as const)),
  ...METADATA_PATHS.map((path) => [`GET ${path}`, METADATA] as const),
]);

/** Serves one request of the API in this process. */
export type Dispatch = (request: Request, bindings: InnerBindings) => Response | Promise<Response>;

/**
 * The Model Context Protocol, at `/mcp/{namespace}` and at `/mcp`, where each call names its namespace. Clients of the
 * spec of 2026-07-28 and of those of 2025 are served, without sessions: a server is made for each request.
 */
export function mcpRoutes({ mcp, publicUrl }: Pick<AppDeps, "mcp" | "publicUrl">, dispatch: Dispatch) {
  const app = new Hono<AppEnv>();
  let loading: ReturnType<typeof load> | undefined;
  app.on(METHODS, PATHS, async (c) => {
    refuseForeignPages(c);
    const ns = c.req.param("ns");
    const parsed = ns === undefined ? undefined : namespaceSchema.safeParse(ns);
    if (parsed?.success === false) throw invalidRequest(parsed.error);
    loading ??= load();
    const { createMcpHandler, createMcpServer } = await loading;
    const handler = createMcpHandler(
      () =>
        createMcpServer({
          call: callerOf(c, dispatch),
          namespace: parsed?.data,
          grants: c.get("actor").grants,
          toolSet: mcp.toolSet,
          version: RELEASE,
        }),
      // Nothing changes that a client could wait for, and an open stream would hold a connection for nothing.
      { legacy: "stateless", maxSubscriptions: 0 },
    );
    const answer = await handler.fetch(c.req.raw, await bodyOf(c));
    // Through Hono's context, which adds the headers that middleware has set.
    return c.newResponse(answer.body, answer.status as StatusCode, Object.fromEntries(answer.headers));
  });
  for (const path of METADATA_PATHS) {
    app.get(path, (c) =>
      c.json(metadataOf(publicUrl ?? originOf(c), c.req.path.slice(RESOURCE_METADATA.length))),
    );
  }
  return app;
}

/** The messages of a batch would count as one request against the limits of the key. The protocol has no batches any more. */
async function bodyOf(c: Context<AppEnv>): Promise<{ readonly parsedBody?: unknown }> {
  if (c.req.method !== "POST") return {};
  const parsedBody = await c.req.json<unknown>();
  if (Array.isArray(parsedBody)) throw invalid("body", "Send one message per request.");
  return { parsedBody };
}

/** Requests of the API that come with a call; the others count by themselves. Most tools make one or two. */
const WITH_CALL = 5;

/**
 * Asks the API with the caller's own key, under the id of the caller's request, as long as the client waits. Only the first
 * {@link WITH_CALL} requests come with the call.
 */
function callerOf(c: Context<AppEnv>, dispatch: Dispatch): CallApi {
  const authorization = c.req.header("authorization");
  const origin = originOf(c);
  const { outgoing } = c.env as HttpBindings;
  const gone = (): boolean => outgoing.destroyed;
  let made = 0;
  return async ({ method, path, body }, signal) => {
    if (gone() || signal?.aborted === true) throw callEnded();
    const answer = await dispatch(
      new Request(origin + path, {
        method,
        headers: {
          host: c.req.header("host") ?? "",
          "x-request-id": c.get("requestId"),
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      { withCall: ++made <= WITH_CALL, gone },
    );
    const text = await answer.text();
    return {
      status: answer.status,
      body: text === "" ? undefined : JSON.parse(text),
      retryAfter: answer.headers.get("retry-after"),
    };
  };
}

/**
 * A web page of another origin gets nothing, even while keys are needed: the protocol asks for it, so that a page can't
 * reach a server on its visitor's machine.
 */
function refuseForeignPages(c: Context<AppEnv>): void {
  if (!isForeign(c.req.header("sec-fetch-site"), c.req.header("origin"), c.req.header("host"))) return;
  throw new HttpProblem("cross_origin", "MCP requests from web pages of another origin are refused.");
}

/** The SDK is loaded by the first request: services without MCP clients start without it. */
async function load() {
  const [sdk, server] = await Promise.all([
    import("@modelcontextprotocol/server"),
    import("../../mcp/server.js"),
  ]);
  return { createMcpHandler: sdk.createMcpHandler, createMcpServer: server.createMcpServer };
}

function metadataOf(origin: string, path: string) {
  return {
    resource: origin + path,
    resource_name: "mneme",
    bearer_methods_supported: ["header"],
    resource_documentation: `${origin}/docs`,
  };
}

const originOf = (c: Context): string => new URL(c.req.url).origin;
