import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { memoryView } from "./memory.js";
import { identifier, memoryType, metadataFilter, tags, time } from "./primitives.js";

/** A query parameter that may be repeated. */
export function repeatable<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(schema).min(1).max(LIMITS.filterValues),
  );
}

const metadataParameter = z
  .string()
  .transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: "custom", message: "Must be JSON." });
      return z.NEVER;
    }
  })
  .pipe(metadataFilter as z.ZodType<JsonObject, unknown>)
  .openapi({
    type: "string",
    description: 'A JSON object that mirrors the metadata: {"customer":{"plan":"gold"}}.',
  });

export const listParameters = z.strictObject({
  memory_type: repeatable(memoryType).optional(),
  agent_id: repeatable(identifier).optional(),
  session_id: repeatable(identifier).optional(),
  tag: z
    .preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), tags.min(1))
    .optional()
    .openapi({ description: "Repeat it to ask for several: every one must be there." }),
  from: time.optional(),
  to: time.optional(),
  metadata: metadataParameter.optional(),
  quarantined: z
    .enum(["true", "false"])
    .default("false")
    .openapi({ description: "true: only published copies in quarantine. Takes `write`." }),
  order: z.enum(["asc", "desc"]).default("desc").openapi({ description: "Of recording." }),
  limit: z.coerce.number().int().min(1).max(LIMITS.listLimit).default(50),
  cursor: z.string().min(1).max(256).optional(),
});

export const memoryPage = z
  .object({ memories: z.array(memoryView), cursor: z.string().nullable() })
  .openapi("MemoryPage");
