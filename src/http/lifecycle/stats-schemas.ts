import { z } from "@hono/zod-openapi";
import { EMBEDDING_STATUSES, MEMORY_TYPES } from "../../memory/model/record.js";
import type { Amount } from "../../memory/ports/lifecycle.js";
import { type Stats, tally } from "../../memory/lifecycle/stats.js";
import { memoryId, timeView } from "../openapi/primitives.js";

const amount = z.object({ memories: z.int(), bytes: z.int() });

export const statsView = z
  .object({
    complete: z.boolean().openapi({
      description: "false: there was no time to count all of it, only what was recorded last.",
    }),
    memories: z.int(),
    bytes: z.int().openapi({
      description: "Of JSON, vectors and old versions; with `superseded`, as `usage` counts them.",
    }),
    superseded: amount.openapi({
      description:
        "What other memories stand for, or consolidation found unread. It is still there, and counts in `usage` and towards quotas, but in no other figure here.",
    }),
    by_type: z.object(tally(MEMORY_TYPES, () => amount)),
    embedding: z.object(tally(EMBEDDING_STATUSES, () => z.int())),
    growth: z.array(amount.extend({ day: z.iso.date() })).openapi({
      description: "Of the last 30 days (UTC), today last: what was recorded then and is still there.",
    }),
    expired: z.int().openapi({ description: "How many have ended by themselves so far." }),
    expiring: z.object({
      within: z.object({ "1h": z.int(), "1d": z.int(), "7d": z.int(), "30d": z.int() }),
      next: z
        .array(z.object({ id: memoryId, expires_at: timeView }))
        .openapi({ description: "At most ten, the first to end first." }),
    }),
  })
  .openapi("NamespaceStats");

const DAY_MS = 24 * 3600 * 1000;

export function viewStats({
  complete,
  total,
  superseded,
  byType,
  byStatus,
  growth,
  expired,
  expiring,
}: Stats): z.infer<typeof statsView> {
  const { memories, bytes }: Amount = total;
  const within = Object.fromEntries(expiring.within);
  return {
    complete,
    memories,
    bytes,
    superseded,
    by_type: byType,
    embedding: byStatus,
    growth: growth.map(({ day, added: { memories: count, bytes: size } }) => ({
      day: new Date(day * DAY_MS).toISOString().slice(0, 10),
      memories: count,
      bytes: size,
    })),
    expired,
    expiring: {
      within: {
        "1h": within["1h"] ?? 0,
        "1d": within["1d"] ?? 0,
        "7d": within["7d"] ?? 0,
        "30d": within["30d"] ?? 0,
      },
      next: expiring.next.map(({ id, expiresAt }) => ({
        id,
        expires_at: new Date(expiresAt).toISOString(),
      })),
    },
  };
}
