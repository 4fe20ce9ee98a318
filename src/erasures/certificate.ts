import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import type { JsonObject, JsonValue } from "../domain/json.js";
import { isJsonObject } from "../domain/json.js";

/** What was erased, in numbers, signed with a key of the store (Ed25519). It holds no content. */
export interface Certificate {
  readonly format: typeof CERTIFICATE_FORMAT;
  readonly id: string;
  readonly kind: "subject" | "filter" | "namespace";
  readonly namespaces: readonly string[];
  /** RFC 3339. */
  readonly requested_at: string;
  readonly completed_at: string;
  readonly mneme_version: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly copies_left: number;
  /** SPKI, DER, base64. */
  readonly public_key: string;
  /** Base64. */
  readonly signature: string;
}

export const CERTIFICATE_FORMAT = "mneme-erasure-certificate/1";

/** PKCS #8, DER, base64: as the store keeps it. */
export function newSigningKey(): string {
  return generateKeyPairSync("ed25519")
    .privateKey.export({ format: "der", type: "pkcs8" })
    .toString("base64");
}

export function signCertificate(
  statement: Omit<Certificate, "format" | "public_key" | "signature">,
  signingKey: string,
): Certificate {
  const key = createPrivateKey({ key: Buffer.from(signingKey, "base64"), format: "der", type: "pkcs8" });
  const unsigned = {
    format: CERTIFICATE_FORMAT,
    ...statement,
    public_key: createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64"),
  } as const;
  return { ...unsigned, signature: sign(null, signedBytes(unsigned), key).toString("base64") };
}

/** Whether the certificate is as it was signed with the key that it names. */
export function isSigned(certificate: Certificate): boolean {
  const { signature, ...unsigned } = certificate;
  try {
    const key = createPublicKey({
      key: Buffer.from(certificate.public_key, "base64"),
      format: "der",
      type: "spki",
    });
    if (key.asymmetricKeyType !== "ed25519") return false;
    return verify(null, signedBytes(unsigned), key, Buffer.from(signature, "base64"));
  } catch {
    // No such key.
    return false;
  }
}

/** JSON with the fields of each object in the order of their names, so that it doesn't depend on who wrote it. */
function signedBytes(statement: Omit<Certificate, "signature">): Buffer {
  const json = JSON.parse(JSON.stringify(statement)) as JsonValue;
  return Buffer.from(JSON.stringify(sorted(json)));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(fieldOf(value, name))]));
}

const fieldOf = (object: JsonObject, name: string): JsonValue => object[name] ?? null;
