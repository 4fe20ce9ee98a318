import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { apiPath, bodyOf, queryOf } from "../api.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";

const input = z.strictObject({
  subject: z.string().min(1).describe("Name of the person, project or thing."),
  token_budget: z.int().min(1).max(LIMITS.profileTokens).default(1000).describe("Maximum size of the text."),
});

const output = z.object({
  subject: z.string(),
  text: z.string().describe("Facts, preferences, procedures and recent episodes, one memory per line."),
  tokens: z.int(),
  truncated: z.boolean().describe("Whether the text leaves out part of the profile."),
});

export const profile = defineTool({
  name: "profile",
  title: "Read what is known about a subject",
  description:
    "Gathers what is known about one person, project or thing: facts, preferences, procedures and recent episodes. Use when a conversation begins with or turns to a person, project or thing, before you answer. Not for a single question (recall). Returns text of at most `token_budget` tokens, one memory per line with author and trust; empty if nothing is known.",
  input,
  output,
  needs: ["read"],
  annotations: { readOnlyHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async ({ call, namespace }, { subject, token_budget }) => {
    const path = apiPath`/v1/namespaces/${namespace}/profiles/${subject}` + queryOf({ token_budget });
    return output.parse(await bodyOf(call, { method: "GET", path }));
  },
});
