import { z } from "zod";
import { MEMORY_TYPES } from "../memory/model/record.js";

const time = z.string();

/** A memory as tools show it: what a model needs to judge it, and to name it in another call. */
export const memoryItem = z.object({
  id: z.string().describe("Id of the memory, for the other tools."),
  namespace: z.string(),
  memory_type: z.enum(MEMORY_TYPES),
  content: z.string(),
  time: time.describe("When it happened or was said."),
  author: z.string().describe("The agent that wrote it."),
  trust: z.number().describe("Current trust, from 0 to 1."),
  version: z.int(),
  tags: z.array(z.string()).optional(),
  valid_from: time.optional(),
  valid_to: time.optional(),
  expires_at: time.optional(),
  fact: z
    .object({ subject: z.string(), predicate: z.string(), object: z.unknown() })
    .optional()
    .describe("The fact that it states."),
  excerpt: z
    .boolean()
    .optional()
    .describe(
      "`content` is only a part, because the memory is archived or because of a budget: get_memory has the rest.",
    ),
  disputed: z.boolean().optional().describe("Whether another fact contradicts it."),
});

export type MemoryItem = z.output<typeof memoryItem>;

/** The part of the API's memory that tools show. */
export const apiMemory = z
  .object({
    id: z.string(),
    namespace: z.string(),
    memory_type: z.enum(MEMORY_TYPES),
    content: z.string(),
    timestamp: time,
    source_agent: z.string(),
    trust: z.number(),
    version: z.int(),
    tags: z.array(z.string()),
    valid_from: time.nullable(),
    valid_to: time.nullable(),
    expires_at: time.nullable(),
    fact: z
      .object({
        subject: z.string(),
        predicate: z.string(),
        object: z.unknown(),
        contradicts: z.array(z.unknown()).default([]),
      })
      .optional(),
    content_complete: z.boolean().default(true),
  })
  .transform(
    ({
      timestamp,
      source_agent,
      tags,
      valid_from,
      valid_to,
      expires_at,
      fact,
      content_complete,
      ...rest
    }): MemoryItem => {
      const contradicts = fact?.contradicts ?? [];
      return {
        ...rest,
        time: timestamp,
        author: source_agent,
        ...(tags.length === 0 ? {} : { tags }),
        ...(valid_from === null ? {} : { valid_from }),
        ...(valid_to === null ? {} : { valid_to }),
        ...(expires_at === null ? {} : { expires_at }),
        ...(fact === undefined
          ? {}
          : { fact: { subject: fact.subject, predicate: fact.predicate, object: fact.object } }),
        ...(content_complete ? {} : { excerpt: true }),
        ...(contradicts.length === 0 ? {} : { disputed: true }),
      };
    },
  );
