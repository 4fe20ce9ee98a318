import { createRoute } from "@hono/zod-openapi";
import { listAgents } from "../../memory/trust/list-agents.js";
import { readAgent } from "../../memory/trust/read-agent.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router/create-router.js";
import {
  agentListParameters,
  agentPage,
  agentParameters,
  agentParams,
  agentView,
  viewAgent,
} from "./schemas.js";
import { jsonResponse, problems } from "../openapi/responses.js";

const tags = ["agents"];

const listAgentsRoute = createRoute({
  method: "get",
  path: "/v1/agents",
  operationId: "listAgents",
  tags,
  summary: "List the agents whose memories were judged",
  description: "By name. Takes `admin` on `**`: agents lie in no namespace.",
  request: { query: agentListParameters },
  responses: { 200: jsonResponse(agentPage, "A page."), ...problems },
});

const readAgentRoute = createRoute({
  method: "get",
  path: "/v1/agents/{id}",
  operationId: "getAgent",
  tags,
  summary: "Read how accurate an agent is",
  description:
    "Learned from verdicts on its memories, which count only within the administration in which they were given. A key reads its own agent; any other takes `admin` on `namespace`, or on `**` without one. One that nobody has judged has an accuracy of 0.5.",
  request: { params: agentParams, query: agentParameters },
  responses: { 200: jsonResponse(agentView, "What is known of it."), ...problems },
});

export function agentRoutes({ services, now }: AppDeps) {
  return createRouter()
    .openapi(listAgentsRoute, async (c) => {
      const page = await listAgents(services, contextOf(c, now), c.req.valid("query"));
      return c.json({ agents: page.agents.map(viewAgent), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readAgentRoute, async (c) =>
      c.json(
        viewAgent(
          await readAgent(
            services,
            contextOf(c, now),
            c.req.valid("param").id,
            c.req.valid("query").namespace,
          ),
        ),
        200,
      ),
    );
}
