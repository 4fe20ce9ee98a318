import { z } from "@hono/zod-openapi";
import { FEEDBACK_OUTCOMES } from "../../memory/model/record.js";

export const feedbackRequest = z
  .strictObject({
    outcome: z.enum(FEEDBACK_OUTCOMES),
    by: z.enum(["human", "agent"]).openapi({ description: "`human` takes a key that is a person's." }),
  })
  .openapi("FeedbackRequest");

export const trustPartsView = z
  .object({
    accuracy: z.number().openapi({ description: "Of `source_agent`." }),
    age_days: z.number(),
    recency: z.number().openapi({ description: "max(0.5, 1 - age_days / 365)" }),
    confirmation: z.number().openapi({ description: "1.3 if a human confirmed it, else 1" }),
    corroboration: z.number().openapi({ description: "min(1.5, 1 + 0.1 × corroborations)" }),
    limit: z.number().openapi({ description: "The lower of `trust_score` and its sources' trust." }),
  })
  .openapi("TrustParts", {
    description: "trust = min(limit, product of the others). All are rounded to four digits, each by itself.",
  });
