import { createRoute } from "@hono/zod-openapi";
import { profile } from "../../memory/facts/profile.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router/create-router.js";
import { profileParameters, profileParams, profileView, viewProfile } from "./schemas.js";
import { jsonResponse, problems } from "../openapi/responses.js";

const profileRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/profiles/{subject}",
  operationId: "getProfile",
  tags: ["facts"],
  summary: "Read what is known about a subject",
  description:
    "Facts, preferences, procedures and recent episodes, each with where it comes from; and as text within a budget of tokens. Aliases are those of the namespace in the path. A subject that nobody knows has an empty profile.",
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
