import type { Context } from "../../domain/context.js";
import type { RecallInput } from "../ports/recall-input.js";
import { readReceipt } from "./read-receipt.js";
import type { ReadReceipt } from "./read-receipt.js";
import type { RecallOutcome } from "./outcome.js";
import type { Services } from "../services.js";
import { recall } from "./recall.js";
import type { Recalling } from "./recall.js";

export interface Replay extends ReadReceipt {
  /** The result of the same request now. */
  readonly now: RecallOutcome;
}

/** Repeats a receipt's recall as of now, even if it asked about an earlier time. A replay doesn't count as use. */
export async function replayReceipt(
  services: Recalling & Pick<Services, "receipts">,
  context: Context,
  id: string,
): Promise<Replay> {
  const known = await readReceipt(services, context, id, "receipt.replay");
  const { as_of: _, ...request } = known.receipt.request;
  return { ...known, now: await recall(services, context, asMeant(request)) };
}

/** A receipt that doesn't say what became of duplicates is of a release that showed each hit, and walked no chains by itself. */
const asMeant = (request: RecallInput): RecallInput =>
  request.duplicates === undefined
    ? { ...request, duplicates: "keep", expand: request.expand ?? "none" }
    : request;
