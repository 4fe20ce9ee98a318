import { z } from "@hono/zod-openapi";
import { interactionOfProvider, providedInteraction } from "../memories/schemas.js";
import { replaceSurrogates } from "../openapi/provider-fields.js";

export const newInteraction = z
  .preprocess(interactionOfProvider, providedInteraction)
  .transform((value) =>
    replaceSurrogates(value, ["input", "reasoning", "tool_calls", "response", "feedback"]),
  );
