import { rewriteStream } from "../streams/rewrite.js";
import { placeOfId } from "./place.js";
import type { ReceiptDeps } from "./read.js";
import { streamedReceipts } from "./read.js";

/** See {@link ReceiptStore.remove}. The stream of a home is written once, however many of its receipts go. */
export async function remove({ redis, keys }: ReceiptDeps, ids: readonly string[]): Promise<void> {
  const doomed = new Map<string, Set<string>>();
  for (const id of ids) {
    const { home: hash, entry } = placeOfId(id);
    const [home] = await redis.run((client) =>
      Promise.all([client.hGet(keys.receiptHomes(), hash), client.unlink(keys.receipt(id))]),
    );
    if (home === null) continue;
    const [found] = await streamedReceipts({ redis, keys }, home, entry, entry, 1);
    if (found === undefined) continue;
    const entries = doomed.get(home) ?? new Set();
    doomed.set(home, entries.add(entry));
  }
  for (const [home, entries] of doomed) {
    const stream = { key: keys.receipts(home), home, changes: true };
    await rewriteStream({ redis, keys }, stream, ({ id }) => (entries.has(id) ? "goes" : "stays"));
  }
}
