import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { cursorsOf } from "../../domain/cursor.js";
import { invalid } from "../../domain/errors.js";
import type { Receipt } from "../ports/receipts.js";
import type { Services } from "../services.js";
import { mayReadReceipt } from "./read-receipt.js";

export interface ListReceiptsInput {
  readonly agent_id?: readonly string[] | undefined;
  /** Bounds of the time of recall, in milliseconds; `from` is included, `to` is not. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Receipts of recalls that asked for this namespace alone, newest first. */
export async function listReceipts(
  { receipts, audit }: Pick<Services, "receipts" | "audit">,
  context: Context,
  namespace: string,
  { agent_id: agents, from, to, limit, cursor }: ListReceiptsInput,
): Promise<{ readonly receipts: readonly Receipt[]; readonly cursor: string | undefined }> {
  await authorize(audit, context, namespace, { verb: "read", act: "receipt.list" });
  const cursors = cursorsOf("namespace or filter", "receipts", namespace, agents, from, to);
  const before = cursors.read(cursor, /^\d{1,15}-\d{1,15}$/)?.[0];
  // Nothing is before 0-0, and Redis refuses a range that begins there.
  if (before !== undefined && /^0+-0+$/.test(before)) throw invalid("cursor", "Invalid cursor.");
  await audit.record(namespace, trailOf(context, "receipt.list"), "ok");
  const page = await receipts.list(namespace, { agents, from, to }, { before, limit });
  return {
    receipts: page.receipts.filter((receipt) => mayReadReceipt(context, receipt)),
    cursor: cursors.write(page.next),
  };
}
