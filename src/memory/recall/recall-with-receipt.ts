import type { Context } from "../../domain/context.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { RecallOutcome } from "./outcome.js";
import { recall } from "./recall.js";
import type { Receipt } from "../ports/receipts.js";
import type { Services } from "../services.js";

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

/** Recalls, and keeps what came of it: an answer with a receipt's id has its receipt. */
export async function recallWithReceipt(
  services: Services,
  context: Context,
  input: RecallInput,
  { receipt: wanted, thread_id, checkpoint_id }: ReceiptInput,
): Promise<ReceiptedRecall> {
  const outcome = await recall(services, context, input);
  const { receipts } = services;
  if (!wanted || receipts.keepSeconds === undefined) return { ...outcome, receiptId: undefined };
  const { actor, requestId } = context;
  const at = context.now();
  const receipt: Receipt = {
    id: services.newId(at),
    at,
    agent: actor.agent,
    key_id: actor.keyId,
    request_id: requestId,
    thread_id: thread_id ?? null,
    checkpoint_id: checkpoint_id ?? null,
    request: input,
    degraded: outcome.degraded,
    hits: outcome.hits.map(({ memory, score, relevance }) => ({
      namespace: memory.namespace,
      id: memory.id,
      version: memory.version,
      score,
      trust: memory.trust.trust,
      relevance: relevance.relevance,
    })),
  };
  await receipts.keep(receipt);
  return { ...outcome, receiptId: receipt.id };
}
