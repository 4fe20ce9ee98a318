import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { memoryFilter } from "../memories/filter-schema.js";
import { memoryId, memoryType } from "../openapi/primitives.js";

const { archived: _, ...filterFields } = memoryFilter.shape;

export const restoreArchiveRequest = z
  .strictObject({
    ids: z
      .array(memoryId)
      .min(1)
      .max(LIMITS.restoredMemories)
      .optional()
      .openapi({ description: "Ids of the memories to restore." }),
    filter: z
      .strictObject({ memory_types: z.array(memoryType).min(1).optional(), ...filterFields })
      .optional()
      .openapi({ description: "Archived memories that fulfil it are restored; `{}`: all." }),
    limit: z
      .int()
      .min(1)
      .max(LIMITS.restoredMemories)
      .default(100)
      .openapi({ description: "Maximum number of memories restored by this request; only with `filter`." }),
    cursor: z.string().min(1).max(256).optional(),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    path: ["ids"],
    message: "Set either `ids` or `filter`.",
  })
  .refine(({ ids, cursor }) => ids === undefined || cursor === undefined, {
    path: ["cursor"],
    message: "Only with `filter`.",
  })
  .openapi("ArchiveRestoreRequest");

export const restoredView = z
  .object({
    restored: z.array(memoryId).openapi({ description: "Ids of the memories that are hot again." }),
    failed: z
      .array(
        z.object({
          id: memoryId,
          reason: z.enum(["not_archived", "unavailable", "damaged", "quota_exceeded"]),
        }),
      )
      .openapi({
        description:
          "Memories that were not restored. `not_archived`: it isn't in the archive, or there is no such memory. `unavailable`: the archive doesn't answer. `damaged`: its copy is missing or damaged. `quota_exceeded`: the namespace has no room for it.",
      }),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: "Cursor of the next request; null: all were tried." }),
  })
  .openapi("ArchiveRestore");
