import type { Receipt } from "../../memory/ports/receipts.js";

/** As 0.1.0 stored a receipt, in a key of its own; a caller's vector as the bytes of its float32 values. */
interface FormerReceipt extends Omit<Receipt, "request"> {
  readonly request: Omit<Receipt["request"], "embedding"> & { readonly embedding?: string };
}

export function decodeFormer(json: string): Receipt {
  // Written by that release.
  const stored = JSON.parse(json) as FormerReceipt;
  const { embedding, ...request } = stored.request;
  if (embedding === undefined) return { ...stored, request };
  const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
  return { ...stored, request: { ...request, embedding: new Float32Array(bytes.buffer) } };
}
