import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { DecipherGCM } from "node:crypto";
import type { PiiKind } from "./kinds.js";
import { tokenMark } from "./marks.js";

/** Keys of one namespace. */
export interface PiiKeys {
  readonly salt: string;
  readonly tokens: Buffer;
  /** Undefined: no secret is configured, so originals are kept as they are. */
  readonly originals: Buffer | undefined;
}

const KEY_BYTES = 32;

export const newSalt = (): string => randomBytes(KEY_BYTES).toString("base64url");

/**
 * Keys from the configured secret and the namespace's salt (HKDF, RFC 5869). Without a secret, the salt alone keeps the
 * tokens of different namespaces apart; who can read Redis can then compute the token of any value, and read originals.
 */
export function keysOf(secret: string | undefined, salt: string): PiiKeys {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync("sha256", secret ?? "", salt, `mneme pii ${purpose}`, KEY_BYTES));
  return {
    salt,
    tokens: derive("tokens"),
    originals: secret === undefined ? undefined : derive("originals"),
  };
}

/** The same for the same value: HMAC-SHA256. */
export function tokenOf(keys: PiiKeys, kind: PiiKind, value: string): string {
  return tokenMark(kind, createHmac("sha256", keys.tokens).update(`${kind}:${value}`).digest("hex"));
}

const PLAIN = "p:";
const SEALED = "s:";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM; the token is authenticated with the original, so that no one can exchange two of them in Redis. */
export function sealOriginal(keys: PiiKeys, token: string, original: string): string {
  if (keys.originals === undefined) return PLAIN + original;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keys.originals, nonce).setAAD(Buffer.from(token));
  const text = Buffer.concat([cipher.update(original, "utf8"), cipher.final()]);
  return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
}

/** Undefined where it was sealed with another secret, or is damaged. */
export function openOriginal(keys: PiiKeys, token: string, stored: string): string | undefined {
  if (stored.startsWith(PLAIN)) return stored.slice(PLAIN.length);
  if (keys.originals === undefined || !stored.startsWith(SEALED)) return undefined;
  const sealed = Buffer.from(stored.slice(SEALED.length), "base64");
  const decipher = createDecipheriv("aes-256-gcm", keys.originals, sealed.subarray(0, NONCE_BYTES));
  return decrypted(decipher.setAAD(Buffer.from(token)), sealed)?.toString("utf8");
}

function decrypted(decipher: DecipherGCM, sealed: Buffer): Buffer | undefined {
  try {
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    // The tag doesn't fit the key: Node has no error of its own for it.
    return undefined;
  }
}
