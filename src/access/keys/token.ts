import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** An API key as its bearer shows it: `mn_<id>_<secret>`. */
export interface Token {
  /** A ULID. */
  readonly id: string;
  /** 32 random bytes in base64url. */
  readonly secret: string;
}

const SECRET_BYTES = 32;
const TOKEN = /^mn_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

export function formatToken({ id, secret }: Token): string {
  return `mn_${id}_${secret}`;
}

export function parseToken(text: string): Token | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** The only form in which a secret is stored. Without salt or stretching: 256 random bits can't be guessed. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** As long as a hash, but the hash of no secret. */
const NO_HASH = "-".repeat(64);

/** Compares in constant time. Without a stored hash it takes as long, and fails. */
export function matchesSecret(secret: string, stored: string | undefined): boolean {
  const given = Buffer.from(hashSecret(secret), "latin1");
  const expected = Buffer.from(stored ?? NO_HASH, "latin1");
  return timingSafeEqual(given, expected) && stored !== undefined;
}
