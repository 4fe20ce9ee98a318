import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { ApplyOutcome } from "../../memory/pii/apply.js";
import type { ScanOutcome } from "../../memory/pii/scan.js";
import { PII_KINDS, PII_NAMES } from "../../pii/kinds.js";
import type { PiiKind } from "../../pii/kinds.js";
import { TOKEN } from "../../pii/marks.js";
import type { Revealed } from "../../pii/vault.js";
import { memoryId } from "../openapi/primitives.js";
import { piiCounts } from "./counts-schema.js";

const token = z
  .string()
  .regex(TOKEN, "Must be a token such as [email:7f3a0c55d1e2b894].")
  .openapi({ description: "A token, as it stands in a text.", example: "[email:7f3a0c55d1e2b894]" });

export const revealRequest = z
  .strictObject({
    tokens: z.array(token).min(1).max(LIMITS.revealedTokens).openapi({ description: "Tokens to reveal." }),
  })
  .openapi("RevealRequest");

export const revealView = z
  .object({
    values: z
      .array(
        z.object({
          token: z.string().openapi({ description: "The token." }),
          value: z.string().nullable().openapi({
            description: "The original, as it was first written; null if it can't be revealed.",
          }),
          status: z.enum(["revealed", "unknown", "sealed"]).openapi({
            description:
              "`revealed`: `value` is the original. `unknown`: the namespace has no such token. `sealed`: the original was encrypted with another MNEME_PII_SECRET than the service has now.",
          }),
        }),
      )
      .openapi({ description: "The tokens with their originals, in order." }),
  })
  .openapi("RevealedTokens");

export function viewRevealed(values: readonly Revealed[]): z.infer<typeof revealView> {
  return {
    values: values.map(({ token: shown, value }) => ({
      token: shown,
      value: value ?? null,
      status: value === undefined ? "unknown" : value === null ? "sealed" : "revealed",
    })),
  };
}

export const scanRequest = z
  .strictObject({
    kinds: z
      .array(z.enum(PII_KINDS))
      .min(1)
      .default([...PII_KINDS])
      .openapi({ description: "Kinds to look for. Default: all of them." }),
    limit: z.int().min(1).max(LIMITS.forgetLimit).default(LIMITS.forgetLimit).openapi({
      description:
        "Maximum number of memories to examine. After 5 seconds, the answer holds what was examined so far, with a cursor.",
    }),
    cursor: z.string().optional().openapi({ description: "The cursor of the answer before." }),
  })
  .openapi("PiiScanRequest");

const ids = (kind: PiiKind) =>
  z
    .array(memoryId)
    .optional()
    .openapi({ description: `Ids of memories with ${PII_NAMES[kind]}.` });

export const scanView = z
  .object({
    examined: z.int().openapi({ description: "Number of examined memories." }),
    counts: piiCounts.openapi({ description: "Number of pieces of personal data by kind." }),
    memories: z
      .object({
        email: ids("email"),
        phone: ids("phone"),
        card: ids("card"),
        iban: ids("iban"),
        ip: ids("ip"),
        national_id: ids("national_id"),
        secret: ids("secret"),
      })
      .openapi({ description: "Ids of the memories that hold personal data, by kind." }),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: "Cursor for the next part of the scan; null at the end." }),
  })
  .openapi("PiiScan");

export function viewScan({ examined, counts, memories, cursor }: ScanOutcome): z.infer<typeof scanView> {
  const lists = Object.fromEntries(Object.entries(memories).map(([kind, list]) => [kind, [...list]]));
  return { examined, counts, memories: lists, cursor: cursor ?? null };
}

export const applyRequest = z
  .strictObject({
    dry_run: z.boolean().default(true).openapi({
      description: "Whether memories are only counted and named. Send `false` to rewrite them.",
    }),
    limit: z.int().min(1).max(LIMITS.forgetLimit).default(LIMITS.forgetLimit).openapi({
      description:
        "Maximum number of memories to examine. After 5 seconds, the answer holds what was done so far, with a cursor.",
    }),
    cursor: z.string().optional().openapi({ description: "The cursor of the answer before." }),
  })
  .openapi("PiiApplyRequest");

export const applyView = z
  .object({
    dry_run: z.boolean().openapi({ description: "Whether nothing was changed." }),
    examined: z.int().openapi({ description: "Number of examined memories." }),
    counts: piiCounts.openapi({
      description:
        "Number of pieces of personal data by kind, in the memories with their old versions, and in sessions; kinds that the settings allow aren't looked for.",
    }),
    rewritten: z.array(memoryId).openapi({
      description: "Ids of the memories that were rewritten; with `dry_run`, of those that would be.",
    }),
    failed: z
      .array(
        z.object({
          id: memoryId,
          reason: z.enum(["changed", "quota_exceeded", "archive_unavailable", "archive_damaged"]).openapi({
            description:
              "`changed`: others kept changing the memory. The others say why an archived memory couldn't be restored.",
          }),
        }),
      )
      .openapi({ description: "Memories that were left as they are." }),
    sessions: z.int().openapi({
      description:
        "Number of sessions of which messages or the running summary were rewritten; with `dry_run`, would be. They come after the memories.",
    }),
    receipts: z.int().openapi({
      description:
        "Number of receipts that were deleted, because the recall, in this namespace alone, asked for personal data that the settings don't keep; with `dry_run`, would be. In the last part only.",
    }),
    cursor: z.string().nullable().openapi({ description: "Cursor for the next part; null at the end." }),
  })
  .openapi("PiiApplied");

export function viewApplied(
  { examined, counts, rewritten, failed, sessions, receipts, cursor }: ApplyOutcome,
  dryRun: boolean,
): z.infer<typeof applyView> {
  return {
    dry_run: dryRun,
    examined,
    counts,
    rewritten: [...rewritten],
    failed: failed.map((each) => ({ ...each })),
    sessions,
    receipts,
    cursor: cursor ?? null,
  };
}
