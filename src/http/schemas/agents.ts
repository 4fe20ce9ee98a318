import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { Agent } from "../../memory/agents.js";
import { accuracyOf } from "../../memory/trust.js";
import { defaultInteger, identifier } from "./primitives.js";

export const agentParams = z.strictObject({
  id: identifier.openapi({ description: "The agent's name, as `source_agent` of what it writes." }),
});

export const agentView = z
  .object({
    id: z.string(),
    accuracy: z.number().openapi({
      description: "(2 + confirmed) / (4 + confirmed + contradicted): 0.5 before the first verdict.",
    }),
    confirmed: z.int(),
    contradicted: z.int(),
  })
  .openapi("Agent");

export const agentListParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(512).optional(),
});

export const agentPage = z
  .object({ agents: z.array(agentView), cursor: z.string().nullable() })
  .openapi("AgentPage");

export function viewAgent({ id, confirmed, contradicted }: Agent): z.infer<typeof agentView> {
  return { id, accuracy: accuracyOf({ confirmed, contradicted }), confirmed, contradicted };
}
