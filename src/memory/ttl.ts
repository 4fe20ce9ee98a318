import type { Lifetime, Memory } from "./record.js";

/** `ttlSeconds` null means for ever by the caller's word, undefined the default of the type. */
export function lifetimeOf(byDefault: number | null, ttlSeconds: number | null | undefined): Lifetime {
  return ttlSeconds === undefined ? { seconds: byDefault, by: "type" } : { seconds: ttlSeconds, by: "ttl" };
}

/** Redis removes a key once its time is past; a memory ends when its time has come. */
export function isAlive({ expires_at }: Pick<Memory, "expires_at">, now: number): boolean {
  return expires_at === null || expires_at > now;
}
