import type { Receipt, ReceiptFilter, ReceiptPage } from "../../memory/ports/receipts.js";
import { completeReceipt, newestReceipts } from "./read.js";
import type { ReceiptDeps } from "./read.js";

/** Receipts that one page examines. */
const EXAMINED = 1000;
/** A receipt is stored after its recall, which takes a minute at most. */
const LATER_MS = 120_000;

/** See {@link ReceiptStore.list}. The stream of a namespace is in the order of storing. */
export async function list(
  deps: ReceiptDeps,
  namespace: string,
  filter: ReceiptFilter,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<ReceiptPage> {
  const { from = 0, to } = filter;
  // Redis takes no entry's id from before 1970, and no recall is that old.
  if (to !== undefined && to <= 0) return { receipts: [], next: undefined };
  const least = String(Math.max(0, from - LATER_MS));
  const latest = to === undefined ? "+" : String(to + LATER_MS);
  const receipts: Receipt[] = [];
  let start = before === undefined ? latest : `(${before}`;
  for (let examined = 0; examined < EXAMINED;) {
    const count = Math.min(limit, EXAMINED - examined);
    const entries = await newestReceipts(deps, namespace, start, least, count);
    const found = await Promise.all(entries.map((entry) => completeReceipt(deps, namespace, entry)));
    for (const [index, { entry }] of entries.entries()) {
      const receipt = found[index];
      // Without its entry in the audit trail, nobody knows who asked.
      if (receipt === undefined || !fits(receipt, filter)) continue;
      receipts.push(receipt);
      if (receipts.length === limit) return { receipts, next: entry };
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < count) return { receipts, next: undefined };
    start = `(${last.entry}`;
    examined += entries.length;
  }
  return { receipts, next: start.slice(1) };
}

function fits({ agent, at }: Receipt, { agents, from, to }: ReceiptFilter): boolean {
  if (agents !== undefined && !agents.includes(agent)) return false;
  return (from === undefined || at >= from) && (to === undefined || at < to);
}
