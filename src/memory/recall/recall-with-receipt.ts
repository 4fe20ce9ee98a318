import { inTime, LATE } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import { stage } from "../../domain/tracing.js";
import type { Context } from "../../domain/context.js";
import type { Degraded, LessFound, RecallInput } from "../ports/recall-input.js";
import type { BesideTurn, RecallHit, RecallOutcome } from "./outcome.js";
import { touch } from "../lifecycle/touch.js";
import type { Memory } from "../model/record.js";
import type { Receipt } from "../ports/receipts.js";
import type { Services } from "../services.js";
import { keepingOf } from "./receipt-policy.js";
import { recall } from "./recall.js";
import type { Recalling } from "./recall.js";

/** Dependencies of such a recall. */
export type RecallingWithReceipt = Recalling & Pick<Services, "maxLives" | "receipts" | "retention">;

export interface ReceiptInput {
  /** True: one is kept if any may be. False: none. Undefined: as often as the namespace says. */
  readonly receipt: boolean | undefined;
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
  deadline?: Deadline,
): Promise<ReceiptedRecall> {
  const outcome = await recall(services, context, input, deadline);
  if (outcome.cutOff === true) return { ...outcome, receiptId: undefined };
  const known = await inTime(deadline, keepingOf(services, input.namespaces, wanted.receipt, outcome));
  const keeping = known === LATE ? undefined : known;
  // The receipt goes first: Redis takes its time for the uses after it has answered.
  const receipt = keeping && receiptOf(context, wanted, outcome);
  const kept =
    receipt &&
    timed(
      services,
      stage("keep receipt", () => services.receipts.keep(receipt, keeping)),
    );
  if (input.touch !== false && input.as_of === undefined) touch(services, outcome.hits.flatMap(usedFor));
  const receiptId = kept && (await inTime(deadline, kept));
  return receiptId === LATE || known === LATE
    ? { ...outcome, degraded: [...outcome.degraded, "receipt"], receiptId: undefined }
    : { ...outcome, receiptId };
}

async function timed<T>({ pace }: Pick<Services, "pace">, work: Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work;
  } finally {
    pace.note("receipt", performance.now() - start);
  }
}

/** What was found doesn't depend on these. */
const NOT_OF_SEARCH: ReadonlySet<Degraded> = new Set(["archive", "turns", "receipt"]);

const turnShown = ({ offset, memory: { id, version } }: BesideTurn) => ({ id, version, offset });

/** A hit, what led to it, and the extract that has its place elsewhere. */
const usedFor = ({ memory, behind, extract }: RecallHit): Memory[] => [
  memory,
  ...behind,
  ...(extract === undefined ? [] : [extract]),
];

function receiptOf(
  { actor, requestId, now }: Context,
  { thread_id, checkpoint_id }: ReceiptInput,
  { degraded, hits, request }: RecallOutcome,
): Omit<Receipt, "id"> {
  return {
    at: now(),
    agent: actor.agent,
    key_id: actor.keyId,
    request_id: requestId,
    thread_id: thread_id ?? null,
    checkpoint_id: checkpoint_id ?? null,
    request: { ...request, duplicates: request.duplicates ?? "group" },
    degraded: degraded.filter((each): each is LessFound => !NOT_OF_SEARCH.has(each)),
    hits: hits.map(({ memory, score, relevance, reranked, duplicates, turns = [] }) => ({
      namespace: memory.namespace,
      id: memory.id,
      version: memory.version,
      score,
      trust: memory.trust.trust,
      relevance: relevance.relevance,
      ...(reranked === undefined ? {} : { rerank: reranked.score }),
      ...(duplicates.length === 0 ? {} : { also: duplicates }),
      ...(turns.length === 0 ? {} : { turns: turns.map(turnShown) }),
    })),
  };
}
