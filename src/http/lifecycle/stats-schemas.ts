import { z } from "@hono/zod-openapi";
import { EMBEDDING_STATUSES, MEMORY_TYPES } from "../../memory/model/record.js";
import type { Amount } from "../../memory/ports/lifecycle.js";
import { tally } from "../../memory/lifecycle/stats.js";
import type { Stats } from "../../memory/lifecycle/stats.js";
import { memoryId, timeView } from "../openapi/primitives.js";

const entries = z.object({ entries: z.int(), bytes: z.int() });
const documents = entries.openapi({
  description: "Documents, in the bytes that they count for in the quota, with their old versions.",
});
const amount = z.object({ memories: z.int(), bytes: z.int() });

export const statsView = z
  .object({
    complete: z.boolean().openapi({
      description: "`false`: the count was cut short and covers only the most recently recorded memories.",
    }),
    memories: z.int(),
    bytes: z.int().openapi({
      description:
        "Bytes of JSON, vectors and old versions. Together with the bytes of `superseded`, this is the memories' part of `bytes` in the namespace's usage.",
    }),
    superseded: amount.openapi({
      description:
        "Memories superseded by others, or removed from recall by the step `expire` of a consolidation. They still exist and count in the namespace's usage and towards its quota, but not in the other figures here.",
    }),
    by_type: z.object(tally(MEMORY_TYPES, () => amount)),
    embedding: z.object(tally(EMBEDDING_STATUSES, () => z.int())),
    growth: z.array(amount.extend({ day: z.iso.date() })).openapi({
      description: "Memories recorded on each of the last 30 days (UTC) that still exist; today last.",
    }),
    kept: z
      .object({
        receipts: entries,
        audit: entries,
        state_changes: entries,
        state: documents,
        deletions: entries.openapi({
          description: "Notes of what was deleted in the last 400 days, so that no import brings it back.",
        }),
      })
      .openapi({
        description:
          "What calls leave behind, in bytes of Redis: receipts of recalls that name only this namespace, audit entries, changes of state, state, and notes of deletions.",
      }),
    archive: z
      .object({
        memories: z.int(),
        segments: z.int().openapi({ description: "Number of segments." }),
        bytes: z.int(),
      })
      .openapi({
        description:
          "Archived memories, and the segments that hold them, in bytes of the archive. The other figures count archived memories by what is left of them in Redis.",
      }),
    retention: z
      .object({
        receipts_seconds: z.int(),
        audit_seconds: z.int(),
        episodic_seconds: z.int().nullable(),
        semantic_seconds: z.int().nullable(),
        procedural_seconds: z.int().nullable(),
        versions_seconds: z.int().nullable(),
        sessions_seconds: z.int().nullable(),
        state_history_seconds: z.int(),
        overdue: z.int().openapi({
          description: "Number of memories past their retention that aren't deleted yet.",
        }),
      })
      .openapi({
        description:
          "How long each kind of content is kept at most, by the namespace's settings or the service's configuration; null: no limit.",
      }),
    expired: z.int().openapi({ description: "Number of memories that have expired so far." }),
    expiring: z.object({
      within: z.object({ "1h": z.int(), "1d": z.int(), "7d": z.int(), "30d": z.int() }),
      next: z
        .array(z.object({ id: memoryId, expires_at: timeView }))
        .openapi({ description: "The next memories to expire, at most ten, soonest first." }),
    }),
    ending_validity: z.array(z.object({ id: memoryId, valid_to: timeView })).openapi({
      description:
        "The next memories whose valid time ends within 30 days, at most ten, soonest first. They stay, but no longer hold from then on.",
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
  kept,
  archive,
  retention,
  expired,
  expiring,
  endingValidity,
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
    kept,
    archive: { ...archive },
    retention,
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
    ending_validity: endingValidity.map(({ id, validTo }) => ({
      id,
      valid_to: new Date(validTo).toISOString(),
    })),
  };
}
