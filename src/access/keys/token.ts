import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

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

/** All that is stored of a secret. Without salt or stretching: nobody guesses 256 random bits. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** In constant time. Without a stored hash it works as long, and fails. */
export function matchesSecret(secret: string, stored: string | undefined): boolean {
  const given = Buffer.from(hashSecret(secret), "hex");
  const expected = Buffer.from(stored ?? "", "hex");
  const comparable = expected.length === given.length;
  return timingSafeEqual(given, comparable ? expected : Buffer.alloc(given.length)) && comparable;
}
