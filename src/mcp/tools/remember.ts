import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { MEMORY_TYPES } from "../../memory/model/record.js";
import { apiPath, refusalOf } from "../api.js";
import { apiMemory, memoryItem } from "../memory-item.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";

const input = z.strictObject({
  content: z
    .string()
    .min(1)
    .describe(
      "One statement that can be understood alone: names instead of pronouns, dates instead of `tomorrow`.",
    ),
  memory_type: z
    .enum(MEMORY_TYPES)
    .default("semantic")
    .describe(
      "semantic: what is known; episodic: what happened, never changed later; procedural: how to do things.",
    ),
  tags: z.array(z.string()).optional(),
  importance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Importance from 0 to 1 (default 0.5). Where memories decay, an important one is kept longer."),
  valid_from: z.string().optional().describe("RFC 3339 time from which it holds."),
  valid_to: z.string().optional().describe("RFC 3339 time until which it holds."),
  ttl_seconds: z.int().min(1).max(LIMITS.ttlSeconds).optional().describe("Seconds until it is deleted."),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Values to filter by, such as a user's id."),
});

const output = z.object({
  memory: memoryItem,
  created: z.boolean().describe("false: the same memory was there already, and was counted as seen again."),
});

export const remember = defineTool({
  name: "remember",
  title: "Store a memory",
  description:
    "Stores one memory. Use when the user says something that will matter in later conversations: a preference, a decision, a fact about a person or project, a correction, a way to do things that worked; or asks you to remember. Not for what matters only in this conversation, for secrets such as passwords, or for changing a memory (update_memory). Returns the memory with its id.",
  input,
  output,
  needs: ["write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async ({ call, namespace }, memory) => {
    const answer = await call({
      method: "POST",
      path: apiPath`/v1/namespaces/${namespace}/memories`,
      body: memory,
    });
    if (answer.status !== 200 && answer.status !== 201) throw refusalOf(answer);
    return { memory: apiMemory.parse(answer.body), created: answer.status === 201 };
  },
});
