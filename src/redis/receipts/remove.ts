import { isSameReceipt } from "../../memory/ports/receipts.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import { rewriteStream } from "../streams/rewrite.js";
import { decodeFormer } from "./former.js";
import { removeFormer } from "./former-page.js";
import { placeOfId } from "./place.js";
import type { ReceiptDeps } from "./read.js";
import { completeReceipt, streamedReceipts } from "./read.js";

/** See {@link ReceiptStore.remove}. The stream of a home is written once, however many of its receipts go. */
export async function remove({ redis, keys }: ReceiptDeps, receipts: readonly Receipt[]): Promise<void> {
  const doomed = new Map<string, Set<string>>();
  for (const receipt of receipts) {
    const { home: hash, entry } = placeOfId(receipt.id);
    const key = keys.receipt(receipt.id);
    const [home, former] = await redis.run((client) =>
      Promise.all([client.hGet(keys.receiptHomes(), hash), client.get(key)]),
    );
    if (former !== null && isSameReceipt(decodeFormer(former), receipt))
      await removeFormer({ redis, keys }, [key]);
    if (home === null) continue;
    const [found] = await streamedReceipts({ redis, keys }, home, entry, entry, 1);
    const streamed = found && (await completeReceipt({ redis, keys }, home, found));
    if (streamed === undefined || !isSameReceipt(streamed, receipt)) continue;
    const entries = doomed.get(home) ?? new Set();
    doomed.set(home, entries.add(entry));
  }
  for (const [home, entries] of doomed) {
    const stream = { key: keys.receipts(home), home, changes: true };
    await rewriteStream({ redis, keys }, stream, ({ id }) => (entries.has(id) ? "goes" : "stays"));
  }
}
