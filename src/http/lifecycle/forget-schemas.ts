import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { ForgetOutcome } from "../../memory/forget/forget.js";
import { memoryFilter } from "../memories/filter-schema.js";
import { erasedView, viewErased } from "../openapi/erased.js";
import { importance, memoryId, memoryType } from "../openapi/primitives.js";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600, w: 7 * 24 * 3600 };

/** Seconds, of a number of them or a text with a unit. */
const duration = z
  .union([z.int().min(0), z.string().regex(/^\d{1,10}[smhdw]$/)], {
    error: "Must be an integer of seconds, or a string such as 90d, 12h, 30m, 45s or 2w.",
  })
  .transform((value) =>
    typeof value === "number" ? value : Number(value.slice(0, -1)) * (UNITS[value.slice(-1)] ?? 1),
  )
  .refine((value) => value <= LIMITS.ttlSeconds, { error: `Must be at most ${LIMITS.ttlSeconds} seconds.` });

const policy = z
  .strictObject({
    max_age: duration.optional().openapi({
      description:
        "Matches memories recorded at least this long ago: seconds, or a string such as 90d, 12h, 30m, 45s or 2w.",
      example: "90d",
    }),
    inactive_for: duration.optional().openapi({
      description:
        "Matches memories neither recorded nor used for at least this long, in the format of `max_age`.",
    }),
    min_importance: importance.optional().openapi({ description: "Matches memories of lower importance." }),
    keep_top: z.int().min(0).max(LIMITS.keepTop).optional().openapi({
      description:
        "Number of best memories to keep; all others match. The whole namespace is ranked by 0.4 × importance + 0.3 × use + 0.3 × recency at the first request. See docs/lifecycle.md.",
    }),
    filter: memoryFilter
      .refine(
        (filter) => Object.values(filter).some((each) => each !== undefined),
        "Must hold at least one field.",
      )
      .optional()
      .openapi({ description: "Filter that memories must match. It can be the only condition." }),
    memory_types: z
      .array(memoryType)
      .min(1)
      .optional()
      .openapi({ description: "Memory types to which the policy applies." }),
  })
  .refine(
    ({ max_age, inactive_for, min_importance, keep_top, filter }) =>
      [max_age, inactive_for, min_importance, keep_top, filter].some((each) => each !== undefined),
    {
      message: "Must have a condition other than memory_types.",
    },
  )
  .openapi("ForgetPolicy", {
    description:
      "Conditions of forgetting. Memories that meet all given conditions are forgotten, except pinned ones.",
  });

export const forgetRequest = z
  .strictObject({
    policy,
    dry_run: z
      .boolean()
      .default(false)
      .openapi({ description: "Whether to only report what would be forgotten." }),
    limit: z.int().min(1).max(LIMITS.forgetLimit).default(200).openapi({
      description: "Maximum number of memories examined per request; follow `cursor` for the rest.",
    }),
    cursor: z.string().min(1).max(256).optional(),
  })
  .openapi("ForgetRequest");

export const forgetResponse = z
  .object({
    dry_run: z.boolean(),
    examined: z.int().openapi({
      description:
        "Number of memories examined; 0 while it is still being decided which ones `keep_top` keeps.",
    }),
    count: z.int(),
    ids: z
      .array(memoryId)
      .openapi({ description: "Ids of the memories that were forgotten, or would be with `dry_run`." }),
    derived: erasedView.optional(),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: "Cursor of the next request; null: the whole namespace was examined." }),
  })
  .openapi("ForgetResponse");

export function viewForgotten(
  { ids, examined, cursor, derived }: ForgetOutcome,
  dry_run: boolean,
): z.infer<typeof forgetResponse> {
  return {
    dry_run,
    examined,
    count: ids.length,
    ids: [...ids],
    ...(derived === undefined ? {} : { derived: viewErased(derived) }),
    cursor: cursor ?? null,
  };
}
