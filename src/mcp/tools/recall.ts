import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { MEMORY_TYPES } from "../../memory/model/record.js";
import { bodyOf } from "../api.js";
import { apiMemory, memoryItem } from "../memory-item.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";
import { budgetMsArgument } from "./arguments.js";

const input = z.strictObject({
  query: z
    .string()
    .min(1)
    .describe("What to look for, as a question or as words. Exact names, numbers and codes are found too."),
  limit: z.int().min(1).max(LIMITS.recallLimit).default(10),
  memory_types: z
    .array(z.enum(MEMORY_TYPES))
    .min(1)
    .optional()
    .describe(
      "episodic: what happened; semantic: what is known; procedural: how to do things. Default: all.",
    ),
  tags: z.array(z.string()).min(1).optional().describe("Only memories with all of these tags."),
  as_of: z.string().optional().describe("RFC 3339 time: what was known then. Default: now."),
  min_relevance: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Minimum relevance from 0 to 1; less relevant memories are omitted."),
  budget_tokens: z
    .int()
    .min(LIMITS.budgetTokens)
    .max(LIMITS.contextTokens)
    .default(4000)
    .describe("The most tokens of all contents together. The best memory is shortened if it has more."),
  budget_ms: budgetMsArgument,
  context_turns: z
    .int()
    .min(0)
    .max(LIMITS.contextTurns)
    .optional()
    .describe("Turns of the same conversation before and after each memory to add, where they fit."),
  rerank_depth: z
    .int()
    .min(1)
    .max(LIMITS.rerankDepth)
    .optional()
    .describe("Has a reranker order this many best memories, where the service has one. Slower."),
});

const omittedItem = z.object({
  id: z.string(),
  namespace: z.string(),
  relevance: z.number(),
  tokens: z.int().describe("Tokens of its content."),
});

const turnItem = memoryItem
  .pick({ id: true, content: true, time: true, author: true, trust: true })
  .extend({ offset: z.int().describe("Turns after the memory; negative: before it.") });

const output = z.object({
  memories: z.array(
    memoryItem.extend({
      relevance: z.number().describe("Fit to the query, from 0 to 1."),
      turns: z.array(turnItem).optional().describe("What was said around it, with `context_turns`."),
    }),
  ),
  answerable: z.boolean().describe("false: the memories probably don't answer the query."),
  receipt_id: z
    .string()
    .nullable()
    .describe("Id of the receipt that records this recall; null: none was stored."),
  omitted: z
    .array(omittedItem)
    .optional()
    .describe("Memories for which `budget_tokens` had no room: get_memory reads one."),
  degraded: z.array(z.string()).describe("Parts of the search that were unavailable, or not in time."),
});

const answer = z.object({
  hits: z.array(
    z.object({
      memory: apiMemory,
      relevance: z.number(),
      turns: z.array(z.object({ offset: z.int(), memory: apiMemory })).default([]),
    }),
  ),
  answerable: z.boolean(),
  receipt_id: z.string().nullable(),
  omitted: z.array(omittedItem).default([]),
  degraded: z.array(z.string()),
});

function turnOf({ offset, memory }: z.output<typeof answer>["hits"][number]["turns"][number]) {
  const { id, content, time, author, trust } = memory;
  return { offset, id, content, time, author, trust };
}

export const recall = defineTool({
  name: "recall",
  title: "Recall memories",
  description:
    "Searches the memories of this namespace by meaning and by words. Use when a question may depend on earlier conversations, preferences, decisions, people, projects or how something is done: before you answer, and before you ask the user again. Not for what the current conversation already says. Returns the best memories first, each with id, time, author, trust and relevance; `answerable: false` means that they probably don't answer the query.",
  input,
  output,
  needs: ["read"],
  annotations: { readOnlyHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { query, tags, rerank_depth: depth, ...rest }) => {
    const { hits, omitted, ...found } = answer.parse(
      await bodyOf(call, {
        method: "POST",
        path: "/v1/recall",
        body: {
          query,
          namespaces: [namespace],
          ...rest,
          ...(depth === undefined ? {} : { rerank: { depth } }),
          ...(tags === undefined ? {} : { filter: { tags } }),
        },
      }),
    );
    return {
      ...found,
      ...(omitted.length === 0 ? {} : { omitted }),
      memories: hits.map(({ memory, relevance, turns }) =>
        Object.assign(memory, { relevance }, turns.length === 0 ? {} : { turns: turns.map(turnOf) }),
      ),
    };
  },
  text: ({ memories, ...about }) => `${JSON.stringify(about)}\n${quoted(memories)}`,
});
