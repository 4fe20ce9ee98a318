import { requestId } from "hono/request-id";
import type { AppDeps } from "./http/env.js";
import { allowedMethods } from "./http/methods.js";
import { authenticate } from "./http/middleware/authenticate.js";
import { durable } from "./http/middleware/durable.js";
import { idempotent } from "./http/middleware/idempotency.js";
import { limitBody } from "./http/middleware/limits.js";
import { onlyLoopbackHosts } from "./http/middleware/loopback.js";
import { limitOpenRoutes } from "./http/middleware/open-rate.js";
import { limitRate } from "./http/middleware/rate-limit.js";
import { onlySameOrigin } from "./http/middleware/same-origin.js";
import { observe } from "./http/middleware/observe.js";
import { describeProblem, HttpProblem, respondProblem } from "./http/problem.js";
import { createRouter } from "./http/router.js";
import { agentRoutes } from "./http/routes/agents.js";
import { auditRoutes } from "./http/routes/audit.js";
import { consolidationRoutes } from "./http/routes/consolidations.js";
import { docsRoutes, serveDescription } from "./http/routes/docs.js";
import { entityRoutes } from "./http/routes/entities.js";
import { interactionRoutes } from "./http/routes/interactions.js";
import { itemRoutes } from "./http/routes/items.js";
import { keyRoutes } from "./http/routes/keys.js";
import { lifecycleRoutes } from "./http/routes/lifecycle.js";
import { memoryRoutes } from "./http/routes/memories.js";
import { namespaceRoutes } from "./http/routes/namespaces.js";
import { receiptRoutes } from "./http/routes/receipts.js";
import { profileRoutes } from "./http/routes/profiles.js";
import { recallRoutes } from "./http/routes/recall.js";
import { sessionRoutes } from "./http/routes/sessions.js";
import { stateChangeRoutes } from "./http/routes/state-changes.js";
import { stateHistoryRoutes } from "./http/routes/state-history.js";
import { stateTransactionRoutes } from "./http/routes/state-transactions.js";
import { stateRoutes } from "./http/routes/state.js";
import { systemRoutes } from "./http/routes/system.js";
import { threadRoutes } from "./http/routes/threads.js";
import { describeError } from "./log.js";

/** The whole HTTP side: middleware, then routes. Its type is what the client is made of. */
export function createApp(deps: AppDeps) {
  const { logger, metrics } = deps;
  const app = createRouter();
  app.use(requestId({ limitLength: 64 }), observe(logger, metrics));
  if (!deps.anonymousAnywhere) app.use(onlyLoopbackHosts(deps.keyRequired));
  app.use(onlySameOrigin(deps.keyRequired));
  app.use(limitOpenRoutes({ perSecond: deps.openRequestsPerSecond, now: () => performance.now() }));
  app.use(authenticate(deps.authenticator), limitRate(deps.rateLimiter, deps.rateLimitPerMinute));
  app.on(["POST", "PUT", "PATCH"], "*", limitBody(deps.bodyTimeoutMs));
  app.on(
    ["POST", "PUT"],
    "*",
    idempotent({ answers: deps.answers, audit: deps.services.audit, now: deps.now }),
  );
  app.on(["POST", "PUT", "PATCH", "DELETE"], "*", durable(deps.durable));
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length > 0) c.header("Allow", allowed.join(", "));
    const problem =
      allowed.length > 0
        ? new HttpProblem("method_not_allowed", "Allow names the methods that this route takes.")
        : new HttpProblem("route_not_found", "See /docs for what there is.");
    return respondProblem(c, problem, c.get("requestId"));
  });
  app.onError((error, c) => {
    const id = c.get("requestId");
    if (describeProblem(error).status === 500)
      logger.error({ error: describeError(error), request_id: id }, "request failed");
    return respondProblem(c, error, id);
  });
  const routed = app
    .route("/", systemRoutes(deps))
    .route("/", docsRoutes())
    .route("/", keyRoutes(deps))
    .route("/", namespaceRoutes(deps))
    .route("/", memoryRoutes(deps))
    .route("/", lifecycleRoutes(deps))
    .route("/", consolidationRoutes(deps))
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
    .route("/", stateHistoryRoutes(deps))
    .route("/", stateTransactionRoutes(deps))
    .route("/", stateChangeRoutes(deps));
  serveDescription(app);
  return routed;
}

export type AppType = ReturnType<typeof createApp>;
