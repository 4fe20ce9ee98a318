import { ANONYMOUS, SYSTEM_ACTOR } from "../../domain/context.js";
import type { Context } from "../../domain/context.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { LIMITS } from "../../domain/limits.js";
import { authorizeScope } from "../authorize.js";
import type { Grant } from "../../domain/grant.js";
import { scopeOf } from "../grants.js";
import { trailOf } from "../trail.js";
import { isOperator } from "./key.js";
import type { ApiKey } from "./key.js";
import type { KeyServices } from "./services.js";
import { formatToken, hashSecret, newSecret } from "./token.js";

export interface CreateKeyInput {
  readonly agent: string;
  readonly name?: string | undefined;
  readonly grants: readonly Grant[];
  readonly human?: boolean | undefined;
  /** Milliseconds since the epoch; without it and `ttl_seconds` it expires with the key that makes it. */
  readonly expires_at?: number | undefined;
  readonly ttl_seconds?: number | undefined;
  /** Requests a minute; undefined: as the key that makes it, else as configured for all keys. */
  readonly rate_limit_per_minute?: number | undefined;
}

export interface CreatedKey {
  readonly key: ApiKey;
  /** The whole key. It can't be read again. */
  readonly token: string;
}

/**
 * Makes a key. A new key can't reach, outlive or outrun its maker:
 *
 * - each grant must lie within the caller's own `admin` grants, and only a person's key makes a person's;
 * - it expires with the caller's key at the latest, and counts against that key's requests a minute;
 * - it is revoked with the caller's key, and a key may have made {@link LIMITS.madeKeys};
 * - its agent's name must not belong to another caller: that is, no key of that name opens what the caller doesn't
 *   administer.
 *
 * An operator, whose key administers everything, is bound by the limits of that key alone. The first key closes the
 * service to requests without one.
 */
export async function createKey(
  { keys, cache, audit, newId, rateLimitPerMinute }: KeyServices,
  context: Context,
  input: CreateKeyInput,
): Promise<CreatedKey> {
  for (const { namespace } of input.grants) {
    await authorizeScope(audit, context, scopeOf(namespace), { verb: "admin", act: "key.create" });
  }
  const { actor } = context;
  const operator = isOperator(actor.grants);
  const refuse = async (message: string): Promise<DomainError> => {
    await audit.denied(trailOf(context, "key.create"));
    return new DomainError("forbidden", message);
  };
  if (input.human === true && !actor.human)
    throw await refuse("Only a human's key can create a human's key.");
  const maker = actor.keyId === null ? undefined : await keys.find(actor.keyId);
  if (maker === undefined && actor.keyId !== null) throw revoked();
  const now = context.now();
  const asked = input.ttl_seconds === undefined ? (input.expires_at ?? null) : now + input.ttl_seconds * 1000;
  if (asked !== null && asked <= now) throw invalid("expires_at", "Must be in the future.");
  const latest = maker?.expires_at ?? null;
  if (latest !== null && asked !== null && asked > latest) {
    throw await refuse("expires_at: The key must not expire later than the key that creates it.");
  }
  const rate = input.rate_limit_per_minute ?? null;
  const fastest = maker?.rate_limit_per_minute ?? (operator ? undefined : rateLimitPerMinute);
  if (fastest !== undefined && rate !== null && rate > fastest) {
    throw await refuse(
      `rate_limit_per_minute: The limit must not exceed that of the creating key: ${fastest} requests a minute.`,
    );
  }
  if (!operator && RESERVED.has(normaliseName(input.agent))) throw taken();
  const token = { id: newId(now), secret: newSecret() };
  const key: ApiKey = {
    id: token.id,
    agent: input.agent,
    name: input.name ?? null,
    grants: input.grants.map(({ namespace, verbs }) => ({ namespace, verbs: [...new Set(verbs)] })),
    human: input.human ?? false,
    created_at: now,
    created_by: actor.keyId,
    created_by_agent: actor.agent,
    expires_at: asked ?? latest,
    last_used_at: null,
    rate_limit_per_minute: rate ?? maker?.rate_limit_per_minute ?? null,
  };
  const stored = { ...key, secretHash: hashSecret(token.secret) };
  const outcome = await keys.create(trailOf(context, "key.create", { ids: [key.id] }), stored, {
    administers: operator || input.agent === actor.agent ? undefined : administered(actor.grants),
    most: LIMITS.madeKeys,
  });
  if (typeof outcome === "object") {
    throw new DomainError(
      "answer_erased",
      `This request was already processed: it has made the key ${outcome.made}. The response with its secret was lost. Revoke that key, and make another one with another Idempotency-Key.`,
    );
  }
  if (outcome === "gone") throw revoked();
  if (outcome === "taken") throw taken();
  if (outcome === "many") {
    throw new DomainError(
      "too_many_keys",
      `A key can have created at most ${LIMITS.madeKeys} keys that are still valid. Revoke some of them.`,
    );
  }
  cache.forget(key.id);
  return { key, token: formatToken(token) };
}

/** Names under which mneme itself acts, or what has no key: with them one could pass for it. */
const RESERVED: ReadonlySet<string> = new Set([SYSTEM_ACTOR.agent, ANONYMOUS.agent, "unknown"]);

function administered(grants: readonly Grant[]): string[] {
  return grants.filter(({ verbs }) => verbs.includes("admin")).map(({ namespace }) => namespace);
}

function taken(): DomainError {
  return new DomainError(
    "agent_taken",
    "agent: Keys in namespaces that you don't administer use this name. Choose another name, or ask an operator (admin on **) to create the key.",
    { errors: [{ field: "agent", message: "Is used by keys in namespaces that you don't administer." }] },
  );
}

/** The same error as if the request had come a moment later. */
function revoked(): DomainError {
  return new DomainError("unauthenticated", "Send a valid API key as Authorization: Bearer.");
}
