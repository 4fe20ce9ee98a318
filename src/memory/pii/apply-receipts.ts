import { inspect } from "../../pii/treat.js";
import type { PiiPolicy } from "../../pii/kinds.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { ErasedReceipts, Receipt, ReceiptStore } from "../ports/receipts.js";

/**
 * Deletes receipts of recalls in this namespace alone that asked for personal data which it doesn't keep: what was asked
 * can't be asked again as it was. Ends after one once `isOver`. `going` is called before each is deleted.
 */
export async function applyReceipts(
  { receipts }: { readonly receipts: ReceiptStore },
  namespace: string,
  policy: PiiPolicy,
  from: string | undefined,
  dryRun: boolean,
  isOver: () => boolean,
  going: (receipt: Receipt) => Promise<void>,
): Promise<ErasedReceipts> {
  const refused = withoutTags(policy);
  if (Object.keys(refused.actions).length === 0) return { count: 0, after: undefined };
  const asksForSome = async (request: RecallInput): Promise<boolean> =>
    (await inspect(refused, saidIn(request))).pieces.length > 0;
  return receipts.eraseAlone(namespace, asksForSome, { after: from, dryRun, isOver, going });
}

/** A tag leaves the text that it is about. */
function withoutTags(policy: PiiPolicy): PiiPolicy {
  const actions = Object.entries(policy.actions).filter(([, action]) => action !== "tag");
  return { ...policy, actions: Object.fromEntries(actions) };
}

/** What the caller said of the memories that it looked for: times and weights look like other numbers. */
function saidIn({ query, filter }: RecallInput): object {
  const { from: _, to: __, ...conditions } = filter;
  return { query, filter: conditions };
}
