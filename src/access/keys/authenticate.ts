import type { Actor } from "../../domain/context.js";
import { ANONYMOUS } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import type { AuditLog } from "../ports.js";
import type { StoredKey } from "./key.js";
import { isOperator } from "./key.js";
import type { KeyCache, KeyStore } from "./ports.js";
import { matchesSecret, parseToken } from "./token.js";
import type { Token } from "./token.js";

/** The caller, as its key identifies it. */
export interface Identity {
  readonly actor: Actor;
  /** The limits that the request counts against: first the key's own, then those of the keys that made it. */
  readonly rateLimits: readonly RateBound[];
}

export interface RateBound {
  readonly keyId: string;
  /** Requests a minute; null: as configured for all keys. */
  readonly limit: number | null;
}

export interface Authenticator {
  /**
   * The sender of this `Authorization`. Rejects with `unauthenticated`, the same for every reason: no key, a malformed
   * or unknown one, a wrong secret, one that has expired or was revoked. A promise only where something has to be asked for.
   */
  identify(authorization: string | undefined, requestId: string): Promise<Identity> | Identity;
  /**
   * Whether a caller that was let in may go on receiving a long answer: not once its key has ended, or keys are
   * required.
   */
  mayStay(actor: Actor): Promise<boolean>;
  /** Called when a key has changed, or may have: what was known of callers may be out of date. */
  onKeyNews(listener: () => void): void;
}

export interface AuthenticatorOptions {
  readonly cache: KeyCache;
  readonly store: Pick<KeyStore, "touch">;
  readonly audit: AuditLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called for each request that is refused. */
  readonly onRefused: () => void;
}

const EVERYBODY: Identity = { actor: ANONYMOUS, rateLimits: [] };
const MINUTE_MS = 60_000;
/** Refusals that a process records a minute. Strangers decide how many there are: the rest only counts in a metric. */
const RECORDED_A_MINUTE = 60;
/** Keys of which is known when their use was last noted. */
const MAX_NOTED = 10_000;
/** The same limit as in lua/key-makers.lua. */
const MAX_DEPTH = 16;

export function createAuthenticator({
  cache,
  store,
  audit,
  now,
  onRefused,
}: AuthenticatorOptions): Authenticator {
  const recordable = atMost(RECORDED_A_MINUTE, now);
  const noted = new Map<string, number>();

  async function refuse(key: StoredKey | undefined, requestId: string): Promise<DomainError> {
    onRefused();
    if (recordable())
      await audit.denied({ agent: "unknown", keyId: key?.id ?? null, requestId, verb: "access" });
    return new DomainError("unauthenticated", "Send a valid API key as Authorization: Bearer.");
  }

  /** At most once a minute per key, without waiting for the result. */
  function noteUse({ id, last_used_at }: StoredKey): void {
    const at = now();
    if (at - Math.max(noted.get(id) ?? 0, last_used_at ?? 0) < MINUTE_MS) return;
    if (noted.size >= MAX_NOTED) noted.clear();
    noted.set(id, at);
    store.touch(id, at).catch(() => noted.delete(id));
  }

  function isAlive({ expires_at }: StoredKey): boolean {
    return expires_at === null || expires_at > now();
  }

  /**
   * The keys that made this one, the nearest first; undefined if one was revoked or has expired. What a key has made
   * ends with it, even if it was changed since.
   */
  async function makersOf(key: StoredKey): Promise<StoredKey[] | undefined> {
    const makers: StoredKey[] = [];
    for (let id = key.created_by; id !== null;) {
      const maker = await cache.find(id);
      if (maker === undefined || !isAlive(maker) || makers.length >= MAX_DEPTH) return undefined;
      makers.push(maker);
      id = maker.created_by;
    }
    return makers;
  }

  function fits(key: StoredKey | undefined, secret: string): key is StoredKey {
    const matches = matchesSecret(secret, key?.secretHash);
    return matches && key !== undefined && isAlive(key);
  }

  async function ask(token: Token | undefined, requestId: string): Promise<Identity> {
    // A valid key is always accepted, even if this process doesn't know yet that there are keys.
    const required = await (token === undefined ? cache.required() : cache.requiredNow());
    if (!required) return EVERYBODY;
    if (token === undefined) throw await refuse(undefined, requestId);
    const key = await cache.find(token.id);
    if (!fits(key, token.secret)) {
      // A refusal always asks the store, so its duration doesn't reveal which ids exist.
      throw await refuse(await cache.findNow(token.id), requestId);
    }
    const makers = await makersOf(key);
    if (makers === undefined) throw await refuse(key, requestId);
    noteUse(key);
    return identityOf(key, makers);
  }

  return {
    identify(authorization, requestId) {
      const token = parseToken(bearerOf(authorization));
      if (token !== undefined && cache.known() === "keys") {
        const key = cache.find(token.id);
        // Most keys are at hand and were made by none: their requests wait for no promise.
        if (!(key instanceof Promise) && fits(key, token.secret) && key.created_by === null) {
          noteUse(key);
          return identityOf(key, []);
        }
      }
      return ask(token, requestId);
    },
    onKeyNews: cache.onForgotten,
    async mayStay({ keyId }) {
      if (keyId === null) return !(await cache.required());
      const key = await cache.find(keyId);
      return key !== undefined && isAlive(key) && (await makersOf(key)) !== undefined;
    },
  };
}

function identityOf(
  { id, agent, grants, human, rate_limit_per_minute }: StoredKey,
  makers: readonly StoredKey[],
): Identity {
  return {
    actor: {
      agent,
      keyId: id,
      makers: makers.map((maker) => ({ keyId: maker.id, agent: maker.agent })),
      grants,
      human,
    },
    rateLimits: [{ keyId: id, limit: rate_limit_per_minute }, ...makers.flatMap(boundOf)],
  };
}

/** An operator's keys that have no limit of their own don't share one: else all tenants would. */
function boundOf({ id, grants, rate_limit_per_minute: limit }: StoredKey): RateBound[] {
  return limit === null && isOperator(grants) ? [] : [{ keyId: id, limit }];
}

/** What follows `Bearer`; empty where there is no such header. */
function bearerOf(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization?.slice(0, 256) ?? "")?.[1] ?? "";
}

/** True up to `limit` times a minute. */
function atMost(limit: number, now: () => number): () => boolean {
  let [minute, count] = [0, 0];
  return () => {
    const current = Math.floor(now() / MINUTE_MS);
    if (current !== minute) [minute, count] = [current, 0];
    return ++count <= limit;
  };
}
