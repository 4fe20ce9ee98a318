import type { Context } from "../../domain/context.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { RecallHit, RecallOutcome } from "./outcome.js";
import { touch } from "../lifecycle/touch.js";
import type { Memory } from "../model/record.js";
import type { Receipt } from "../ports/receipts.js";
import type { Services } from "../services.js";
import { type Recalling, recall } from "./recall.js";

/** What such a recall takes. */
export type RecallingWithReceipt = Recalling & Pick<Services, "maxLives" | "newId" | "receipts">;

export interface ReceiptInput {
  /** False: none is kept of this recall. */
  readonly receipt: boolean;
  readonly thread_id?: string | undefined;
  readonly checkpoint_id?: string | undefined;
}

export interface ReceiptedRecall extends RecallOutcome {
  /** Undefined where none is kept. */
  readonly receiptId: string | undefined;
}

/**
 * Recalls, and keeps what came of it: an answer with a receipt's id has its receipt. The receipt and the note that the
 * hits were used are sent in one round trip, and only the receipt is waited for.
 */
export async function recallWithReceipt(
  services: RecallingWithReceipt,
  context: Context,
  input: RecallInput,
  wanted: ReceiptInput,
): Promise<ReceiptedRecall> {
  const outcome = await recall(services, context, input);
  const receipt = wanted.receipt ? receiptOf(services, context, input, wanted, outcome) : undefined;
  // The receipt goes first: Redis takes its time for the uses after it has answered.
  const kept = receipt && services.receipts.keep(receipt);
  if (input.touch !== false && input.as_of === undefined) touch(services, outcome.hits.flatMap(usedFor));
  await kept;
  return { ...outcome, receiptId: receipt?.id };
}

/** A hit, and what led to it. */
const usedFor = ({ memory, behind }: RecallHit): Memory[] => [memory, ...behind];

/** Undefined where none are kept. */
function receiptOf(
  { receipts, newId }: Pick<Services, "newId" | "receipts">,
  { actor, requestId, now }: Context,
  input: RecallInput,
  { thread_id, checkpoint_id }: ReceiptInput,
  { degraded, hits }: RecallOutcome,
): Receipt | undefined {
  if (receipts.keepSeconds === undefined) return undefined;
  const at = now();
  return {
    id: newId(at),
    at,
    agent: actor.agent,
    key_id: actor.keyId,
    request_id: requestId,
    thread_id: thread_id ?? null,
    checkpoint_id: checkpoint_id ?? null,
    request: input,
    degraded,
    hits: hits.map(({ memory, score, relevance }) => ({
      namespace: memory.namespace,
      id: memory.id,
      version: memory.version,
      score,
      trust: memory.trust.trust,
      relevance: relevance.relevance,
    })),
  };
}
