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
      message: `Must not hold more than ${LIMITS.recallNamespaces} namespaces.`,
    })
    .optional()
    .openapi({
      maxItems: LIMITS.recallNamespaces,
      description:
        "Additional namespaces or patterns such as `acme.**`, limited to what you may read. Repeat it for several.",
    }),
  valid_at: time.optional().openapi({ description: "Point in valid time. Default: now." }),
  min_trust: ratioParameter.optional().openapi({ description: "Minimum trust, from 0 to 1." }),
  token_budget: defaultInteger(1, LIMITS.profileTokens, 1000).openapi({
    description: "Maximum size of `text`, in tokens of o200k_base.",
  }),
});

const part = (description: string) => z.array(memoryView).openapi({ description });

export const profileView = z
  .object({
    subject: z.string(),
    facts: part("Facts with one of the subject's names, most recently recorded first."),
    preferences: part("Other semantic memories that mention the subject, best match first."),
    procedures: part("Procedures that mention the subject, best match first."),
    episodes: part("Episodes that mention the subject, latest first."),
    text: z.string().openapi({
      description: "The profile as Markdown for a prompt, one memory per line, within the token budget.",
    }),
    tokens: z.int().openapi({ description: "Number of tokens of `text`." }),
    truncated: z.boolean().openapi({ description: "Whether `text` omits part of the profile." }),
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
