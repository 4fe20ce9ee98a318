import type { DecipherGCM } from "node:crypto";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An answer may hold a secret, such as a new API key, of which only a hash is to be stored. So it is encrypted
 * (AES-256-GCM) under a key derived (HKDF, RFC 5869) from the request's credential (if it has one) and its
 * Idempotency-Key. Neither is stored, so only a repeated request can open the answer.
 */
export function sealAnswer(answer: StoredAnswer, credential: string, idempotencyKey: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(credential, idempotencyKey), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(answer), "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
}

/** Undefined where it was sealed for another credential or Idempotency-Key, or is damaged. */
export function openAnswer(
  stored: string,
  credential: string,
  idempotencyKey: string,
): StoredAnswer | undefined {
  const sealed = Buffer.from(stored, "base64");
  const decipher = createDecipheriv("aes-256-gcm", keyOf(credential, idempotencyKey), sealed.subarray(0, 12));
  const text = decrypted(decipher, sealed);
  if (text === undefined) return undefined;
  // Text that opens under this key was sealed by sealAnswer.
  return JSON.parse(text.toString("utf8")) as StoredAnswer;
}

function decrypted(decipher: DecipherGCM, sealed: Buffer): Buffer | undefined {
  try {
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch {
    // The tag doesn't fit the key: Node has no error of its own for it.
    return undefined;
  }
}

function keyOf(credential: string, idempotencyKey: string): Buffer {
  const material = JSON.stringify([credential, idempotencyKey]);
  return Buffer.from(hkdfSync("sha256", material, "", "mneme idempotent answer", 32));
}
