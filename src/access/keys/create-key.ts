import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { authorizeScope } from "../authorize.js";
import type { Grant } from "../grants.js";
import { scopeOf } from "../grants.js";
import { trailOf } from "../trail.js";
import type { ApiKey } from "./key.js";
import type { KeyServices } from "./services.js";
import { formatToken, hashSecret, newSecret } from "./token.js";

export interface CreateKeyInput {
  readonly agent: string;
  readonly name?: string | undefined;
  readonly grants: readonly Grant[];
  readonly human?: boolean | undefined;
  /** Milliseconds since the epoch; without it and `ttl_seconds` it doesn't expire. */
  readonly expires_at?: number | undefined;
  readonly ttl_seconds?: number | undefined;
  /** Requests a minute; undefined: as configured for all keys. */
  readonly rate_limit_per_minute?: number | undefined;
}

export interface CreatedKey {
  readonly key: ApiKey;
  /** The whole key. Nobody can read it again. */
  readonly token: string;
}

/**
 * Makes a key. Nobody grants what he doesn't administrate: each grant must lie within the caller's own `admin`
 * grants, and only who is a human makes a human's, or it is `forbidden`. The first key of all closes the service to everybody without one.
 */
export async function createKey(
  { keys, cache, audit, newId }: KeyServices,
  context: Context,
  input: CreateKeyInput,
): Promise<CreatedKey> {
  for (const { namespace } of input.grants) {
    await authorizeScope(audit, context, scopeOf(namespace), { verb: "admin", act: "key.create" });
  }
  if (input.human === true && !context.actor.human) {
    await audit.denied(trailOf(context, "key.create"));
    throw new DomainError("forbidden", "Only a person's key makes a person's key.");
  }
  const now = context.now();
  const token = { id: newId(now), secret: newSecret() };
  const key: ApiKey = {
    id: token.id,
    agent: input.agent,
    name: input.name ?? null,
    grants: input.grants.map(({ namespace, verbs }) => ({ namespace, verbs: [...new Set(verbs)] })),
    human: input.human ?? false,
    created_at: now,
    created_by: context.actor.agent,
    expires_at: input.ttl_seconds === undefined ? (input.expires_at ?? null) : now + input.ttl_seconds * 1000,
    last_used_at: null,
    rate_limit_per_minute: input.rate_limit_per_minute ?? null,
  };
  await keys.create(trailOf(context, "key.create", { ids: [key.id] }), {
    ...key,
    secretHash: hashSecret(token.secret),
  });
  cache.forget(key.id);
  return { key, token: formatToken(token) };
}
