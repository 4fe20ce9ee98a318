import { z } from "@hono/zod-openapi";
import type { ApiKey } from "../../access/keys/key.js";
import { GRANT_VERBS } from "../../domain/grant.js";
import { LIMITS } from "../../domain/limits.js";
import {
  defaultInteger,
  identifier,
  iso,
  memoryId,
  namespacePattern,
  time,
  timeView,
} from "../openapi/primitives.js";

const grant = z
  .strictObject({
    namespace: namespacePattern,
    verbs: z.array(z.enum(GRANT_VERBS)).min(1).max(GRANT_VERBS.length),
  })
  .openapi("Grant");

const keyId = memoryId.openapi({ description: "The part of a key that is no secret." });

export const keyParams = z.strictObject({ id: keyId });

export const revokeParameters = z.strictObject({
  made: z.enum(["revoke", "keep"]).default("revoke").openapi({
    description:
      "What becomes of the keys that it has made, and of those that these have made. `keep` makes them yours; it takes `admin` on `**`.",
  }),
});

const perMinute = z.int().min(1).max(LIMITS.requestsPerMinute);

export const newKey = z
  .strictObject({
    agent: identifier.openapi({
      description:
        "Becomes `source_agent` of what is written with the key. Must not be the name of a key that opens what you don't administer.",
      example: "support-1",
    }),
    name: identifier.optional().openapi({ description: "For people." }),
    grants: z.array(grant).min(1).max(LIMITS.grants),
    human: z.boolean().optional().openapi({
      description: "The key is a person's: its feedback may be given as a human's. false unless given.",
    }),
    expires_at: time
      .refine((value) => value > Date.now(), "Must be in the future.")
      .optional()
      .openapi({
        description: "Not after the expiry of the key that makes it, which is the default.",
      }),
    ttl_seconds: z.int().min(1).max(LIMITS.ttlSeconds).optional(),
    rate_limit_per_minute: perMinute.optional().openapi({
      description:
        "Requests a minute; not more than the key that makes it may make. Left out: as that key's own limit, else as configured for all keys. Each request also counts against the limits of the keys that made this one.",
    }),
  })
  .refine(({ expires_at, ttl_seconds }) => expires_at === undefined || ttl_seconds === undefined, {
    path: ["ttl_seconds"],
    message: "Says the same as expires_at: give one of them.",
  })
  .openapi("NewKey");

export const keyView = z
  .object({
    id: keyId,
    agent: z.string(),
    name: z.string().nullable(),
    grants: z.array(grant),
    human: z.boolean(),
    created_at: timeView,
    created_by: keyId.nullable().openapi({
      description:
        "The key that made it, with which it is revoked; null: the shell, a request without a key, or a release that didn't record it.",
    }),
    created_by_agent: z.string().openapi({ description: "The agent of the key that made it." }),
    expires_at: timeView.nullable(),
    last_used_at: timeView.nullable().openapi({ description: "To the minute." }),
    rate_limit_per_minute: z.int().nullable(),
  })
  .openapi("ApiKey");

export const createdKeyView = keyView
  .extend({ key: z.string().openapi({ description: "The whole key, shown this once.", example: "mn_…_…" }) })
  .openapi("CreatedApiKey");

export const keyListParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

export const keyPage = z.object({ keys: z.array(keyView), cursor: z.string().nullable() }).openapi("KeyPage");

const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);

export function viewKey(key: ApiKey): z.infer<typeof keyView> {
  return {
    ...key,
    grants: key.grants.map(({ namespace, verbs }) => ({ namespace, verbs: [...verbs] })),
    created_at: iso(key.created_at),
    expires_at: isoOrNull(key.expires_at),
    last_used_at: isoOrNull(key.last_used_at),
  };
}
