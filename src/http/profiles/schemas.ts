import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { Profile } from "../../memory/facts/profile.js";
import { entityName } from "../entities/schemas.js";
import { repeatable } from "../memories/list-schemas.js";
import { memoryView } from "../memories/schemas.js";
import { viewMemory } from "../memories/view.js";
import { defaultInteger, namespace, namespacePattern, ratioParameter, time } from "../openapi/primitives.js";

export const profileParams = z.strictObject({ ns: namespace, subject: entityName });

export const profileParameters = z.strictObject({
  namespaces: repeatable(namespacePattern)
    .refine((names) => names.length <= LIMITS.recallNamespaces, {
      message: `Must not be more than ${LIMITS.recallNamespaces}.`,
    })
    .optional()
    .openapi({
      maxItems: LIMITS.recallNamespaces,
      description:
        "Besides the one in the path: namespaces, or patterns such as `acme.**`, of which what you may read counts. Repeat it for several.",
    }),
  valid_at: time.optional().openapi({ description: "What was so then; now unless given." }),
  min_trust: ratioParameter
    .optional()
    .openapi({ description: "What is trusted less than this is left out, from 0 to 1." }),
  token_budget: defaultInteger(1, LIMITS.profileTokens, 1000).openapi({
    description: "Of `text`, in tokens of o200k_base.",
  }),
});

const part = (description: string) => z.array(memoryView).openapi({ description });

export const profileView = z
  .object({
    subject: z.string(),
    facts: part("That hold one of its names, recorded last first."),
    preferences: part("Other semantic memories that mention it, the best match first."),
    procedures: part("That mention it, the best match first."),
    episodes: part("That mention it, the latest first."),
    text: z.string().openapi({
      description: "As much of it as the budget holds, ready for a prompt: Markdown, a memory a line.",
    }),
    tokens: z.int().openapi({ description: "Of `text`." }),
    truncated: z.boolean().openapi({ description: "Not all of it is in `text`." }),
  })
  .openapi("Profile");

export function viewProfile({ cut, ...profile }: Profile): z.infer<typeof profileView> {
  return {
    ...profile,
    facts: profile.facts.map(viewMemory),
    preferences: profile.preferences.map(viewMemory),
    procedures: profile.procedures.map(viewMemory),
    episodes: profile.episodes.map(viewMemory),
    truncated: cut,
  };
}
