import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { KnownAgent } from "../../memory/trust/read-agent.js";
import { accuracyOf } from "../../memory/trust/trust.js";
import { defaultInteger, identifier, namespace } from "../openapi/primitives.js";

export const agentParams = z.strictObject({
  id: identifier.openapi({ description: "The agent's name, as in `source_agent`." }),
});

export const agentParameters = z.strictObject({
  namespace: namespace.optional().openapi({
    description:
      "Namespace in which the accuracy is computed, from all verdicts that count there. Without it, only from verdicts that count everywhere: those given in namespaces that only keys with `admin` on `**` administer, and those of releases that didn't separate verdicts by administration.",
  }),
});

const verdicts = {
  accuracy: z.number().openapi({
    description: "Accuracy: (2 + confirmed) / (4 + confirmed + contradicted); 0.5 without verdicts.",
  }),
  confirmed: z.int(),
  contradicted: z.int(),
};

export const agentView = z
  .object({
    id: z.string(),
    ...verdicts,
    administrations: z
      .array(z.object({ namespace: z.string(), ...verdicts }))
      .optional()
      .openapi({
        description:
          "Verdicts that count only within one administration (a pattern on which some key has `admin`), one entry per administration. Only administrations that you administer too; omitted if there are none.",
      }),
  })
  .openapi("Agent");

export const agentListParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(512).optional(),
});

export const agentPage = z
  .object({ agents: z.array(agentView), cursor: z.string().nullable() })
  .openapi("AgentPage");

export function viewAgent({ id, administrations, ...counts }: KnownAgent): z.infer<typeof agentView> {
  return {
    id,
    accuracy: accuracyOf(counts),
    ...counts,
    ...(administrations.length === 0
      ? {}
      : {
          administrations: administrations.map((each) => Object.assign({ accuracy: accuracyOf(each) }, each)),
        }),
  };
}
