import type { Receipt, ReceiptStore } from "../../memory/ports/receipts.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** Spread over all slots: a receipt may be of many namespaces, and is found by its id alone. */
export function createReceiptStore(
  redis: RedisGateway,
  keys: Keys,
  keepSeconds: number | undefined,
): ReceiptStore {
  return {
    keepSeconds,
    async keep(receipt) {
      if (keepSeconds === undefined) return;
      await redis.run((client) =>
        client.set(keys.receipt(receipt.id), encode(receipt), {
          expiration: { type: "EX", value: keepSeconds },
        }),
      );
    },
    async get(id) {
      const stored = await redis.run((client) => client.get(keys.receipt(id)));
      return stored === null ? undefined : decode(stored);
    },
  };
}

/** A caller's own vector as the bytes of its float32 values: JSON would take five times as much. */
interface StoredReceipt extends Omit<Receipt, "request"> {
  readonly request: Omit<Receipt["request"], "embedding"> & { readonly embedding?: string };
}

function encode(receipt: Receipt): string {
  const { embedding, ...request } = receipt.request;
  const bytes = embedding && Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
  const stored: StoredReceipt = {
    ...receipt,
    request: bytes === undefined ? request : { ...request, embedding: bytes.toString("base64") },
  };
  return JSON.stringify(stored);
}

function decode(json: string): Receipt {
  // Written by encode.
  const stored = JSON.parse(json) as StoredReceipt;
  const { embedding, ...request } = stored.request;
  if (embedding === undefined) return { ...stored, request };
  const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
  return { ...stored, request: { ...request, embedding: new Float32Array(bytes.buffer) } };
}
