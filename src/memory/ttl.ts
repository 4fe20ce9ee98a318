import type { Memory, MemoryType } from "./record.js";

/**
 * When a memory ends, in milliseconds since the epoch; null: never.
 * `ttlSeconds` null means never by the caller's word, undefined the default of the type.
 */
export function expiryOf(
  defaults: Readonly<Record<MemoryType, number | null>>,
  type: MemoryType,
  ttlSeconds: number | null | undefined,
  now: number,
): number | null {
  const seconds = ttlSeconds === undefined ? defaults[type] : ttlSeconds;
  return seconds === null ? null : now + seconds * 1000;
}

/** Redis removes a key once its time is past; a memory ends when its time has come. */
export function isAlive({ expires_at }: Pick<Memory, "expires_at">, now: number): boolean {
  return expires_at === null || expires_at > now;
}
