import { findPii } from "../../pii/detect/detect.js";
import { phoneChecks } from "../../pii/detect/phones.js";
import { PII_KINDS } from "../../pii/kinds.js";
import type { PiiPolicy } from "../../pii/kinds.js";
import type { Receipt, ReceiptStore } from "../ports/receipts.js";

/**
 * Deletes receipts of recalls in this namespace alone that asked for personal data which it doesn't keep: what was asked
 * can't be asked again as it was. Returns how many, or how many there would be.
 */
export async function applyReceipts(
  { receipts }: { readonly receipts: ReceiptStore },
  namespace: string,
  { actions, region }: PiiPolicy,
  dryRun: boolean,
): Promise<number> {
  const kinds = new Set(PII_KINDS.filter((kind) => actions[kind] !== undefined && actions[kind] !== "tag"));
  if (kinds.size === 0) return 0;
  const checks = phoneChecks();
  const asksForSome = ({ request }: Receipt): boolean => {
    const { embedding: _, ...asked } = request;
    if (!request.namespaces.every((each) => each === namespace)) return false;
    return findPii(JSON.stringify(asked), kinds, { label: "", region, checks }).length > 0;
  };
  const chosen = {
    mayBeIn: (each: string) => each === namespace,
    readable: asksForSome,
    unreadable: () => false,
  };
  return receipts.erase(chosen, dryRun, async () => {});
}
