import { z } from "@hono/zod-openapi";
import { FEEDBACK_OUTCOMES } from "../../memory/model/record.js";

export const feedbackRequest = z
  .strictObject({
    outcome: z.enum(FEEDBACK_OUTCOMES),
    by: z
      .enum(["human", "agent"])
      .openapi({ description: "Who gives the feedback. `human` needs a key with `human: true`." }),
  })
  .openapi("FeedbackRequest");

export const trustPartsView = z
  .object({
    accuracy: z.number().openapi({ description: "Accuracy of `source_agent`." }),
    age_days: z.number(),
    recency: z.number().openapi({ description: "Recency factor: max(0.5, 1 − age_days / 365)." }),
    confirmation: z
      .number()
      .openapi({ description: "Confirmation factor: 1.3 if confirmed by a human, else 1." }),
    corroboration: z
      .number()
      .openapi({ description: "Corroboration factor: min(1.5, 1 + 0.1 × corroborations)." }),
    limit: z
      .number()
      .openapi({ description: "Upper bound: the lower of `trust_score` and the trust of its sources." }),
  })
  .openapi("TrustParts", {
    description:
      "Factors of the trust: trust = min(limit, product of the other factors). Each value is rounded to four digits.",
  });
