import type { Lifetime, Memory } from "../model/record.js";

/** `ttlSeconds` null means no expiry by the caller's choice, undefined the default of the type. */
export function lifetimeOf(byDefault: number | null, ttlSeconds: number | null | undefined): Lifetime {
  return ttlSeconds === undefined ? { seconds: byDefault, by: "type" } : { seconds: ttlSeconds, by: "ttl" };
}

type Ending = Pick<Memory, "expires_at" | "superseded_at" | "superseded_by">;

/**
 * Redis removes a key once its time is past; a memory ends when its time has come. An old version says when its memory
 * was to end then: it ends with that, which may have been prolonged since, and is gone from Redis when it has.
 */
export function isAlive({ expires_at, superseded_at, superseded_by }: Ending, now: number): boolean {
  const isOldVersion = superseded_at !== null && superseded_by === null;
  return isOldVersion || expires_at === null || expires_at > now;
}
