import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { factName, identifier, metadataFilter, tags, time } from "../openapi/primitives.js";

export const oneOrManyOf = (schema: z.ZodType<string>) =>
  z
    .union([schema, z.array(schema).min(1).max(LIMITS.filterValues)])
    .transform((value) => (Array.isArray(value) ? value : [value]));

const oneOrMany = oneOrManyOf(identifier);

const oneOrManyNames = oneOrManyOf(factName);

const someTags = tags.min(1);

/** A filter as it comes in a body. */
export const memoryFilter = z
  .strictObject({
    items_only: z.boolean().optional().openapi({ description: "`true`: only items (memories under a key)." }),
    agent_id: oneOrMany.optional(),
    session_id: oneOrMany.optional(),
    tags: someTags.optional().openapi({ description: "Tags that must all be present." }),
    tags_any: someTags.optional().openapi({ description: "Tags of which at least one must be present." }),
    from: time.optional().openapi({ description: "Lower bound of `timestamp` (inclusive)." }),
    to: time.optional().openapi({ description: "Upper bound of `timestamp` (exclusive)." }),
    metadata: metadataFilter.optional(),
    archived: z.boolean().optional().openapi({
      description: "`true`: only archived memories; `false`: only others. Default: both.",
    }),
    fact: z
      .strictObject({
        subject: oneOrManyNames.optional(),
        predicate: oneOrManyNames.optional(),
        object: oneOrManyNames.optional(),
      })
      .refine((fact) => Object.keys(fact).length > 0, "Must hold at least one field.")
      .optional()
      .openapi({
        description:
          "Only facts with these names. A list of names matches if one of them does. Names are compared case-insensitively, and aliases aren't resolved.",
      }),
  })
  .openapi("MemoryFilter");
