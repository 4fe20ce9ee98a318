import { listAgents } from "../../memory/trust/list-agents.js";
import { readAgent } from "../../memory/trust/read-agent.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
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
  traits: { lane: "direct" },
  tags,
  summary: "List agents with verdicts",
  description:
    "Lists the agents whose memories received verdicts, by name. Needs `admin` on `**`, because agents don't belong to a namespace.",
  request: { query: agentListParameters },
  responses: { 200: jsonResponse(agentPage, "A page."), ...problems },
});

const readAgentRoute = createRoute({
  method: "get",
  path: "/v1/agents/{id}",
  operationId: "getAgent",
  traits: { lane: "direct" },
  tags,
  summary: "Read an agent's accuracy",
  description:
    "The accuracy comes from verdicts on its memories. Verdicts count only within the administration in which they were given. A key may read its own agent; any other agent needs `admin` on `namespace`, or on `**` without one. An agent without verdicts has an accuracy of 0.5.",
  request: { params: agentParams, query: agentParameters },
  responses: { 200: jsonResponse(agentView, "The agent and its accuracy."), ...problems },
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
