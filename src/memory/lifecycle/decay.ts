import type { Lifetime, Memory, Uses } from "../model/record.js";

/** The default importance of a memory. */
export const DEFAULT_IMPORTANCE = 0.5;

/**
 * The least time between two noted uses, in milliseconds. If a memory lives for minutes only, up to sixteen uses a life
 * are noted.
 */
export const USE_INTERVAL_MS = 60_000;

/** From this many uses on, one more makes no difference. */
const MAX_USES = 15;

/**
 * The factor by which importance prolongs a memory's life, compared with its type's: `4^(2 × importance - 1)`, so a
 * quarter at 0, one at 0.5, and four at 1.
 */
export function importanceFactor(importance: number): number {
  return 4 ** (2 * importance - 1);
}

/** `1 + log2(1 + uses)`: 1 for none, 2 after the first use, at most 5. */
export function useFactor(uses: number): number {
  return 1 + Math.log2(1 + Math.min(uses, MAX_USES));
}

/** {@link useFactor} of 1, 2, ... uses; the last one holds for all that are more. */
export const USE_FACTORS: readonly number[] = Array.from({ length: MAX_USES }, (_, index) =>
  useFactor(index + 1),
);

/**
 * A memory's life from its writing without any use, in milliseconds; null: no expiry. A writer's time to live holds as
 * it is. The time to live of its type is that of a memory of importance 0.5.
 */
export function lifeOf({ seconds, by }: Lifetime, importance: number): number | null {
  if (seconds === null) return null;
  if (by === "ttl") return seconds * 1000;
  return Math.max(1, Math.round(seconds * 1000 * importanceFactor(importance)));
}

/** When a memory ends whose life begins now; null: never. */
export function endOfLife(
  { lifetime, importance, pinned }: Pick<Memory, "lifetime" | "importance" | "pinned">,
  now: number,
): number | null {
  const life = pinned ? null : lifeOf(lifetime, importance);
  return life === null ? null : now + life;
}

/** When a memory ends at the latest, however much it is used; milliseconds since the epoch. */
export function latestEnd(recordedAt: number, life: number, maxLives: number): number {
  return recordedAt + life * maxLives;
}

/** Input of {@link renewedEnd}; times are milliseconds, moments milliseconds since the epoch. */
export interface Renewal {
  /** When it would end. */
  readonly expiresAt: number;
  readonly now: number;
  /** The result of {@link lifeOf}. */
  readonly life: number;
  /** This one included. */
  readonly uses: number;
  /** The result of {@link latestEnd}. */
  readonly limit: number;
}

/**
 * When a memory ends that is used now. Its half-life is `life × useFactor(uses)` (it grows with use, as in half-life
 * regression: Settles, Meeder: A trainable spaced repetition model for language learning, ACL 2016), and unused for so
 * long, which is when its retention `2^(-unused / half-life)` has come down to a half, it ends. A recall may be
 * incidental, so it doesn't set the retention back to 1: it gives back half of what is missing to a whole half-life.
 *
 *     expires_at + ½ × (now + half-life - expires_at)
 *
 * Never before what it was, never after `limit` unless it was; unchanged where it would gain less than a sixteenth of
 * its life, because that isn't worth writing. lifecycle/lua/touch.lua does the same.
 */
export function renewedEnd({ expiresAt, now, life, uses, limit }: Renewal): number {
  const whole = now + life * useFactor(uses);
  const end = Math.floor(Math.min(limit, expiresAt + (whole - expiresAt) / 2));
  return end - expiresAt >= life / 16 ? end : expiresAt;
}

/** A memory's remaining retention after this long without a use, 1..0; both in the same unit. */
export function retention(unused: number, halfLife: number): number {
  return 2 ** (-Math.max(0, unused) / halfLife);
}

type Mortal = Pick<
  Memory,
  "importance" | "pinned" | "lifetime" | "expires_at" | "recorded_at" | "prolonged_by" | "origin"
>;

/** When a memory ends once its importance, pin or time to live are what `next` says. */
export function revisedEnd(current: Mortal, next: Mortal, now: number, maxLives: number): number | null {
  if (next.pinned) return null;
  const life = lifeOf(next.lifetime, next.importance);
  if (current.pinned || next.lifetime !== current.lifetime) return endOfLife(next, now);
  if (next.importance === current.importance || next.lifetime.by === "ttl" || life === null)
    return current.expires_at;
  if (current.expires_at === null) return null;
  // The rest of the life scales with the whole: if importance is lowered and raised again, the end stays the same.
  const before = lifeOf(current.lifetime, current.importance) ?? life;
  const left = Math.max(0, current.expires_at - now) * (life / before);
  return Math.round(Math.min(now + left, Math.max(latestEnd(next.recorded_at, life, maxLives), now + 1)));
}

/** Why a memory ends when it does. */
export const EXPIRY_REASONS = ["never", "pinned", "ttl", "type", "decay", "seen", "origin"] as const;
export type ExpiryReason = (typeof EXPIRY_REASONS)[number];

export interface Expiry {
  readonly reason: ExpiryReason;
  /** The time to live that the end is computed from; null: none. */
  readonly base_seconds: number | null;
  readonly importance: number;
  /** Its life without a use; null: unlimited. */
  readonly life_seconds: number | null;
  readonly uses: number;
  readonly last_used_at: number | null;
  /** The time without a use after which it ends, given its uses so far; null: it doesn't decay. */
  readonly half_life_seconds: number | null;
  /** It doesn't live beyond this, however much it is used; null: it doesn't decay. */
  readonly latest: number | null;
}

export function explainExpiry(memory: Mortal, uses: Uses, maxLives: number): Expiry {
  const { lifetime, importance, recorded_at } = memory;
  const life = lifeOf(lifetime, importance);
  const decays = life !== null && isRenewable(memory);
  return {
    reason: reasonOf(memory),
    base_seconds: lifetime.seconds,
    importance,
    life_seconds: life === null ? null : life / 1000,
    uses: uses.count,
    last_used_at: uses.lastAt,
    half_life_seconds: decays ? (life * useFactor(uses.count)) / 1000 : null,
    latest: decays ? latestEnd(recorded_at, life, maxLives) : null,
  };
}

function reasonOf({ pinned, expires_at, origin, prolonged_by, lifetime }: Mortal): ExpiryReason {
  if (pinned) return "pinned";
  if (expires_at === null) return "never";
  if (origin !== null) return "origin";
  if (prolonged_by !== null) return prolonged_by === "use" ? "decay" : "seen";
  return lifetime.by;
}

/** Whether use prolongs it. A writer's time to live holds as it is, and a published copy ends with its origin. */
export function isRenewable({ pinned, expires_at, origin, lifetime }: Mortal): boolean {
  return !pinned && expires_at !== null && origin === null && lifetime.by === "type";
}
