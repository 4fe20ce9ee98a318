import type { ExportedReceipt } from "../../backup/lines.js";
import type { Receipt } from "../../memory/ports/receipts.js";

/**
 * A receipt in a key of its own, as 0.1.0 stored it and as imports do: a stream takes none that is older than its last. A caller's
 * vector is the bytes of its float32 values.
 */
type FormerReceipt = ExportedReceipt;

export function encodeFormer(receipt: Receipt): FormerReceipt {
  const { embedding, ...request } = receipt.request;
  if (embedding === undefined) return { ...receipt, request };
  const bytes = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
  return { ...receipt, request: { ...request, embedding: bytes.toString("base64") } };
}

export function decodeFormer(json: string): Receipt {
  // Written by that release, or by an import that has checked it.
  const stored = JSON.parse(json) as FormerReceipt;
  const { embedding, ...request } = stored.request;
  if (embedding === undefined) return { ...stored, request };
  const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
  return { ...stored, request: { ...request, embedding: new Float32Array(bytes.buffer) } };
}
