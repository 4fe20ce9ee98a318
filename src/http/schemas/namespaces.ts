import { z } from "@hono/zod-openapi";
import { NO_SETTINGS } from "../../access/namespaces/settings.js";
import { LIMITS } from "../../domain/limits.js";

const seconds = z.int().min(1).max(LIMITS.ttlSeconds).nullable().default(null);
const amount = z.int().min(0).max(LIMITS.quota).nullable().default(null);

const windowMessages = z.int().min(2).max(LIMITS.windowMessages).nullable().default(null);
const windowTokens = z.int().min(1).max(LIMITS.windowTokens).nullable().default(null);

/** Left out is null: not set. */
export const newSettings = z
  .strictObject({
    state_ttl: z
      .strictObject({ default_seconds: seconds, max_seconds: seconds })
      .refine(({ default_seconds, max_seconds }) => (default_seconds ?? 0) <= (max_seconds ?? Infinity), {
        path: ["default_seconds"],
        message: "Must not exceed max_seconds.",
      })
      .default(NO_SETTINGS.state_ttl),
    quota: z.strictObject({ memories: amount, bytes: amount }).default(NO_SETTINGS.quota),
    session: z
      .strictObject({ ttl_seconds: seconds, window_messages: windowMessages, window_tokens: windowTokens })
      .default(NO_SETTINGS.session),
  })
  .openapi("NewNamespaceSettings");

const setting = z.int().nullable();
const quotaView = z.object({ memories: setting, bytes: setting });

export const settingsView = z
  .object({
    state_ttl: z.object({ default_seconds: setting, max_seconds: setting }),
    quota: quotaView,
    session: z.object({ ttl_seconds: setting, window_messages: setting, window_tokens: setting }),
  })
  .openapi("NamespaceSettings");

export const usageView = z
  .object({
    memories: z.int(),
    bytes: z.int().openapi({
      description:
        "Of the memories' JSON, interactions included, as last written, and of their vectors (2 bytes a dimension). What the index makes of them isn't counted.",
    }),
    quota: quotaView.openapi({ description: "In force, wherever it was set; null: any amount." }),
  })
  .openapi("NamespaceUsage");
