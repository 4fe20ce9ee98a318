import type { AppDeps } from "./http/env.js";
import { allowedMethods } from "./http/router/methods.js";
import { authenticate } from "./http/middleware/authenticate.js";
import { durable } from "./http/middleware/durable.js";
import { identifyRequest } from "./http/middleware/identify.js";
import { idempotent } from "./http/middleware/idempotency.js";
import { limitBody } from "./http/middleware/body-limit.js";
import { inPassing } from "./http/middleware/in-passing.js";
import { limitLoad } from "./http/middleware/limit-load.js";
import { onlyLoopbackHosts } from "./http/middleware/loopback.js";
import { matchRoute } from "./http/middleware/match-route.js";
import { limitOpenRoutes } from "./http/middleware/open-rate.js";
import { limitRate } from "./http/middleware/rate-limit.js";
import { trace } from "./http/middleware/trace.js";
import { onlySameOrigin } from "./http/middleware/same-origin.js";
import { observe } from "./http/middleware/observe.js";
import { describeProblem, HttpProblem, respondProblem } from "./http/problem.js";
import { EXPLORER_TRAITS, explorerRoutes } from "./explorer/routes.js";
import { createRouter } from "./http/router/create-router.js";
import { RouteTable } from "./http/router/route-table.js";
import { agentRoutes } from "./http/agents/routes.js";
import { archiveRoutes } from "./http/archive/routes.js";
import { auditRoutes } from "./http/audit/routes.js";
import { backupRoutes } from "./http/backups/routes.js";
import { consolidationRoutes } from "./http/consolidations/routes.js";
import { DOCS_TRAITS, docsRoutes, serveDescription } from "./http/openapi/docs-routes.js";
import { embeddingRoutes } from "./http/embeddings/routes.js";
import { entityRoutes } from "./http/entities/routes.js";
import { erasureRoutes } from "./http/erasures/routes.js";
import { interactionRoutes } from "./http/interactions/routes.js";
import { itemRoutes } from "./http/items/routes.js";
import { keyRoutes } from "./http/keys/routes.js";
import { lifecycleRoutes } from "./http/lifecycle/routes.js";
import { MCP_TRAITS, mcpRoutes } from "./http/mcp/routes.js";
import { memoryRoutes } from "./http/memories/routes.js";
import { namespaceRoutes } from "./http/namespaces/routes.js";
import { piiRoutes } from "./http/pii/routes.js";
import { receiptRoutes } from "./http/receipts/routes.js";
import { profileRoutes } from "./http/profiles/routes.js";
import { recallRoutes } from "./http/recall/routes.js";
import { sessionRoutes } from "./http/sessions/routes.js";
import { stateChangeRoutes } from "./http/state/changes-routes.js";
import { stateHistoryRoutes } from "./http/state/history-routes.js";
import { stateListRoutes } from "./http/state/list-routes.js";
import { stateTransactionRoutes } from "./http/state/transactions-routes.js";
import { stateRoutes } from "./http/state/routes.js";
import { systemRoutes } from "./http/system/routes.js";
import { threadRoutes } from "./http/threads/routes.js";
import { describeError } from "./log.js";

/** The whole HTTP side: middleware, then routes. Its type is what the client is made of. */
export function createApp(deps: AppDeps) {
  const { logger, metrics } = deps;
  const app = createRouter();
  const routes = new RouteTable();
  app.use(
    inPassing(
      identifyRequest(),
      matchRoute(routes),
      ...(deps.tracing === undefined ? [] : [trace(deps.tracing)]),
      observe(logger, metrics),
    ),
  );
  app.use(
    inPassing(
      ...(deps.anonymousAnywhere ? [] : [onlyLoopbackHosts(deps.keyRequired)]),
      onlySameOrigin(deps.keyRequired),
      limitOpenRoutes({ perSecond: deps.openRequestsPerSecond, now: () => performance.now() }),
      authenticate(deps.authenticator, deps.now),
      limitRate(deps.rateLimiter, deps.rateLimitPerMinute),
    ),
  );
  app.on(["POST", "PUT", "PATCH"], "*", limitBody(deps.bodyTimeoutMs));
  app.on(["POST", "PUT", "PATCH", "DELETE"], "*", durable(deps.durable));
  app.on(
    ["POST", "PUT"],
    "*",
    idempotent({
      answers: deps.answers,
      audit: deps.services.audit,
      now: deps.now,
      onUnkept: (error, id) =>
        logger.warn({ error: describeError(error), request_id: id }, "an answer couldn't be kept"),
    }),
  );
  app.use(limitLoad(deps.load, metrics));
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length > 0) c.header("Allow", allowed.join(", "));
    const problem =
      allowed.length > 0
        ? new HttpProblem("method_not_allowed", "See the Allow header for the methods of this route.")
        : new HttpProblem("route_not_found", "See /docs for the routes.");
    return respondProblem(c, problem, c.get("requestId"), deps.publicUrl);
  });
  app.onError((error, c) => {
    const id = c.get("requestId");
    if (describeProblem(error).status === 500)
      logger.error({ error: describeError(error), request_id: id }, "request failed");
    return respondProblem(c, error, id, deps.publicUrl);
  });
  const routed = app
    .route("/", systemRoutes(deps))
    .route("/", docsRoutes())
    .route(
      "/",
      mcpRoutes(deps, (request, bindings) => app.fetch(request, bindings)),
    )
    .route("/", keyRoutes(deps))
    .route("/", namespaceRoutes(deps))
    .route("/", piiRoutes(deps))
    .route("/", memoryRoutes(deps))
    .route("/", lifecycleRoutes(deps))
    .route("/", consolidationRoutes(deps))
    .route("/", backupRoutes(deps))
    .route("/", archiveRoutes(deps))
    .route("/", embeddingRoutes(deps))
    .route("/", erasureRoutes(deps))
    .route("/", itemRoutes(deps))
    .route("/", interactionRoutes(deps))
    .route("/", entityRoutes(deps))
    .route("/", profileRoutes(deps))
    .route("/", recallRoutes(deps))
    .route("/", agentRoutes(deps))
    .route("/", sessionRoutes(deps))
    .route("/", receiptRoutes(deps))
    .route("/", threadRoutes(deps))
    .route("/", auditRoutes(deps))
    .route("/", stateRoutes(deps))
    .route("/", stateListRoutes(deps))
    .route("/", stateHistoryRoutes(deps))
    .route("/", stateTransactionRoutes(deps))
    .route("/", stateChangeRoutes(deps));
  if (deps.explorer) app.route("/", explorerRoutes());
  serveDescription(app);
  routes.fill(app, { ...DOCS_TRAITS, ...MCP_TRAITS, ...EXPLORER_TRAITS });
  return routed;
}

export type AppType = ReturnType<typeof createApp>;
