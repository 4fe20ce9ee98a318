import { profile } from "../../memory/facts/profile.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { profileParameters, profileParams, profileView, viewProfile } from "./schemas.js";
import { jsonResponse, problems } from "../openapi/responses.js";

const profileRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/profiles/{subject}",
  operationId: "getProfile",
  traits: { lane: "search" },
  tags: ["facts"],
  summary: "Read a subject's profile",
  description:
    "Returns facts, preferences, procedures and recent episodes with their provenance, and the same as text within a token budget. Aliases are those of the namespace in the path. An unknown subject has an empty profile.",
  request: { params: profileParams, query: profileParameters },
  responses: { 200: jsonResponse(profileView, "The profile."), ...problems },
});

export function profileRoutes({ services, now }: AppDeps) {
  return createRouter().openapi(profileRoute, async (c) => {
    const { ns, subject } = c.req.valid("param");
    const query = c.req.valid("query");
    return c.json(viewProfile(await profile(services, contextOf(c, now), ns, subject, query)), 200);
  });
}
