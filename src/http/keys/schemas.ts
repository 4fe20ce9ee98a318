import { z } from "@hono/zod-openapi";
import type { ApiKey } from "../../access/keys/key.js";
import { agentProblem } from "../../domain/agent-name.js";
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

export const grant = z
  .strictObject({
    namespace: namespacePattern,
    verbs: z.array(z.enum(GRANT_VERBS)).min(1).max(GRANT_VERBS.length),
  })
  .refine(({ namespace, verbs }) => namespace === "**" || !verbs.includes("metrics"), {
    path: ["verbs"],
    message: "metrics can only be granted on **.",
  })
  .openapi("Grant");

const keyId = memoryId.openapi({ description: "The key's id: its non-secret part." });

export const keyParams = z.strictObject({ id: keyId });

export const revokeParameters = z.strictObject({
  made: z.enum(["revoke", "keep"]).default("revoke").openapi({
    description:
      "What happens to the keys that this key created, directly or indirectly. `revoke`: they are revoked too. `keep`: they are transferred to you, which needs `admin` on `**`.",
  }),
});

export const perMinute = z.int().min(1).max(LIMITS.requestsPerMinute);

export const agentName = identifier.superRefine((name, context) => {
  const message = agentProblem(name);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

export const newKey = z
  .strictObject({
    agent: agentName.openapi({
      description:
        "Agent name; the `source_agent` of memories written with the key. Must not hold invisible characters. Must not be the agent name of a key with grants that you don't administer. Names that differ only in case, white space or Unicode form (NFKC) count as the same.",
      example: "support-1",
    }),
    name: identifier.optional().openapi({ description: "Display name." }),
    grants: z.array(grant).min(1).max(LIMITS.grants),
    human: z.boolean().optional().openapi({
      description: "Whether the key belongs to a human and may submit human feedback. Default: false.",
    }),
    expires_at: time.optional().openapi({
      description:
        "Time of expiry, in the future. Defaults to the expiry of the creating key, and can't be later.",
    }),
    ttl_seconds: z.int().min(1).max(LIMITS.ttlSeconds).optional(),
    rate_limit_per_minute: perMinute.optional().openapi({
      description:
        "Maximum requests per minute; at most the limit of the creating key. Defaults to that key's own limit, else to the configured limit. Each request also counts against the limits of the creating keys.",
    }),
  })
  .refine(({ expires_at, ttl_seconds }) => expires_at === undefined || ttl_seconds === undefined, {
    path: ["ttl_seconds"],
    message: "Send either ttl_seconds or expires_at, not both.",
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
        "Id of the key that created this one; revoking that key revokes this one too. null: created from the shell, without a key, or by a release that didn't record it.",
    }),
    created_by_agent: z.string().openapi({ description: "Agent of the creating key." }),
    expires_at: timeView.nullable(),
    last_used_at: timeView.nullable().openapi({ description: "Time of the last use, to the minute." }),
    rate_limit_per_minute: z.int().nullable(),
  })
  .openapi("ApiKey");

export const callerView = z
  .object({
    agent: z.string().openapi({ description: "Agent of the key, author of what it writes." }),
    key_id: keyId.nullable().openapi({ description: "Id of the key; null while no key is needed." }),
    grants: z.array(grant),
    human: z.boolean().openapi({ description: "Whether the key is a person's." }),
  })
  .openapi("Caller");

export const createdKeyView = keyView
  .extend({
    key: z.string().openapi({ description: "The whole key. It isn't shown again.", example: "mn_…_…" }),
  })
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
