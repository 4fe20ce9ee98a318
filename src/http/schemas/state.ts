import { z } from "@hono/zod-openapi";
import type { JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import type { StateDocument } from "../../state/document.js";
import { namespace, text, timeView, ttlSeconds } from "./primitives.js";

/**
 * Any text but `.` and `..`: every client resolves those, percent-encoded too, before it sends a path, so nobody could
 * name such a document in a URL.
 */
export const stateKey = text(LIMITS.identifierBytes)
  .refine((key) => key !== "." && key !== "..", "Must not be . or .., which no URL can name.")
  .openapi({
    description: `Any text up to ${LIMITS.identifierBytes} bytes of UTF-8 but . and ..; percent-encoded in the URL.`,
    example: "inventory/sku-42",
  });

export const stateParams = z.strictObject({ ns: namespace, key: stateKey });

/** Any JSON value; {@link jsonText} checks it as it turns it into text, in one walk. */
export const stateValue = z
  .custom<JsonValue>((value) => value !== undefined, "Must be given.")
  .openapi({
    type: ["object", "array", "string", "number", "boolean", "null"],
    description: `Any JSON value: at most ${LIMITS.stateBytes} bytes, ${LIMITS.stateDepth} levels.`,
  });

export const putState = z
  .strictObject({
    value: stateValue,
    ttl_seconds: ttlSeconds.optional().openapi({
      description:
        "Seconds to live; null: for ever. Left out: the namespace's default. Never beyond the namespace's maximum: more is refused.",
    }),
    sliding: z.boolean().optional().openapi({ description: "Each GET makes it last its whole time again." }),
  })
  .openapi("PutState");

export const stateView = z
  .object({
    key: z.string(),
    value: stateValue,
    version: z.int().openapi({
      description:
        "The number of the change in its namespace: unique and ascending there, also over deletion and writing anew.",
    }),
    updated_at: timeView,
    updated_by: z.string(),
    expires_at: timeView.nullable(),
    sliding: z.boolean(),
  })
  .openapi("State");

export type StateView = z.infer<typeof stateView>;

/** A {@link StateView} as JSON text, with the value as it came from Redis: nobody parses it here. */
export function writeState(key: string, document: StateDocument): string {
  return `{${stateMembers(key, document)}}`;
}

export function stateMembers(key: string, document: StateDocument): string {
  const { json, version, updated_at, updated_by, expires_at, sliding } = document;
  const expiry = expires_at === null ? "null" : `"${new Date(expires_at).toISOString()}"`;
  return `"key":${JSON.stringify(key)},"value":${json},"version":${version},"updated_at":"${new Date(updated_at).toISOString()}","updated_by":${JSON.stringify(updated_by)},"expires_at":${expiry},"sliding":${sliding}`;
}
