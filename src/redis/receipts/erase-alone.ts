import type { ErasedReceipts, ReceiptStore } from "../../memory/ports/receipts.js";
import type { RecallInput } from "../../memory/ports/recall-input.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import { decodeReceipt } from "./decode.js";
import { formerPage, removeFormer } from "./former-page.js";
import type { FormerDeps } from "./former-page.js";
import { noteErasedReceipt } from "./gone.js";
import { homeHash, idOfPlace } from "./place.js";
import { completeReceipt } from "./read.js";
import type { ReceiptDeps } from "./read.js";

type Chosen = Parameters<ReceiptStore["eraseAlone"]>[1];
type Options = Parameters<ReceiptStore["eraseAlone"]>[2];

const NO_BYTES = Buffer.alloc(0);

/**
 * See {@link ReceiptStore.eraseAlone}. First the stream of the namespace, which has all of them since 0.1.0: `r`, and the
 * last entry. Then those in keys of their own: `k`, and a cursor of theirs.
 */
export async function eraseAlone(
  deps: FormerDeps,
  namespace: string,
  chosen: Chosen,
  options: Options,
): Promise<ErasedReceipts> {
  const { after = "r", isOver } = options;
  let count = 0;
  let cursor = after.slice(1);
  if (after.startsWith("r")) {
    const streamed = await inStream(deps, namespace, chosen, { ...options, after: cursor });
    ({ count } = streamed);
    if (streamed.after !== undefined) return { count, after: `r${streamed.after}` };
    cursor = "0";
    if (isOver()) return { count, after: `k${cursor}` };
  }
  do {
    const page = await inOwnKeys(deps, namespace, chosen, options, cursor);
    ({ cursor } = page);
    count += page.count;
  } while (cursor !== "0" && !isOver());
  return { count, after: cursor === "0" ? undefined : `k${cursor}` };
}

async function inStream(
  { redis, keys }: ReceiptDeps,
  home: string,
  chosen: Chosen,
  { after, dryRun, isOver, going }: Options,
): Promise<ErasedReceipts> {
  const stream = { key: keys.receipts(home), home };
  const doomed = new Set<string>();
  let last: string | undefined;
  const examine = async (): Promise<boolean> => {
    for await (const page of pagesOf(redis, stream.key, undefined, after || undefined)) {
      for (const { id: entry, fields } of page) {
        if (last !== undefined && isOver()) return false;
        last = entry;
        const stored = fields[1] ?? NO_BYTES;
        const id = idOfPlace({ home: homeHash(home), entry });
        const request = decodeReceipt(id, home, stored)?.request;
        if (request !== undefined && !(await isOf(request, home, chosen))) continue;
        doomed.add(entry);
        // One whose bytes were damaged can be read by nobody, and isn't exported.
        if (dryRun || request === undefined) continue;
        const receipt = await completeReceipt({ redis, keys }, home, { entry, stored });
        // Before it goes: an import must not bring it back.
        await noteErasedReceipt({ redis, keys }, receipt ?? { id, request, hits: [] });
        if (receipt !== undefined) await going(receipt);
      }
    }
    return true;
  };
  const ended = await examine();
  if (!dryRun && doomed.size > 0)
    await rewriteStream({ redis, keys }, { ...stream, changes: true }, ({ id }) =>
      doomed.has(id) ? "goes" : "stays",
    );
  return { count: doomed.size, after: ended ? undefined : last };
}

/** Receipts that 0.1.0 kept, or an import. */
async function inOwnKeys(
  deps: FormerDeps,
  namespace: string,
  chosen: Chosen,
  { dryRun, going }: Options,
  cursor: string,
): Promise<{ readonly count: number; readonly cursor: string }> {
  const page = await formerPage(deps, cursor);
  let count = 0;
  for (const { key, receipt } of page.receipts) {
    if (!(await isOf(receipt.request, namespace, chosen))) continue;
    count += 1;
    if (dryRun) continue;
    await noteErasedReceipt(deps, receipt);
    await going(receipt);
    await removeFormer(deps, [key]);
  }
  return { count, cursor: page.cursor };
}

async function isOf(request: RecallInput, namespace: string, chosen: Chosen): Promise<boolean> {
  return request.namespaces.every((each) => each === namespace) && (await chosen(request));
}
