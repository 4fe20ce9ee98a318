import { scopeOf } from "../../access/grants.js";
import type { LessFound, RecallInput } from "./recall-input.js";
import type { Recorded } from "./records.js";
import type { MemoryRef } from "../model/ref.js";

/** The record of a recall, which shows later what the agent knew when it decided. It holds no content of a memory. */
export interface Receipt {
  readonly id: string;
  /** When it was recalled, in milliseconds since the epoch. */
  readonly at: number;
  readonly agent: string;
  readonly key_id: string | null;
  readonly request_id: string;
  /** The LangGraph thread and checkpoint that asked, by the caller's word. */
  readonly thread_id: string | null;
  readonly checkpoint_id: string | null;
  readonly request: RecallInput;
  readonly degraded: readonly LessFound[];
  /** Best first. */
  readonly hits: readonly ReceiptHit[];
}

export interface ReceiptHit {
  readonly namespace: string;
  readonly id: string;
  readonly version: number;
  /** Rounded to seven digits; trust and relevance to four. */
  readonly score: number;
  /** Trust at recall time; later feedback changes the memory's own. */
  readonly trust: number;
  /** Undefined: it was kept before there was one. */
  readonly relevance?: number | undefined;
  /** What the reranker said, rounded to seven digits; undefined: it didn't order this one. */
  readonly rerank?: number | undefined;
  /** Memories that say the same, which the answer named in its place; undefined: none. */
  readonly also?: readonly MemoryRef[] | undefined;
  /** Turns that were shown around it, in their versions then; undefined: none. */
  readonly turns?: readonly ReceiptTurn[] | undefined;
}

export interface ReceiptTurn {
  readonly id: string;
  readonly version: number;
  /** Turns after the hit; negative: before it. */
  readonly offset: number;
}

/** All memories that a receipt's hits name, the hits themselves among them. */
export const namedBy = (hits: readonly ReceiptHit[]): readonly MemoryRef[] =>
  hits.flatMap((hit) => [
    hit,
    ...(hit.also ?? []),
    // A session is of one namespace.
    ...(hit.turns ?? []).map(({ id }) => ({ namespace: hit.namespace, id })),
  ]);

/** In the place of an id, where deletions are noted: all receipts of the namespace up to that time. */
export const ALL_RECEIPTS = "all";

/** All namespaces and patterns that a receipt is of: those that were asked, and those of what was found. */
export const namesOf = ({
  request,
  hits,
}: Pick<Receipt, "hits"> & { readonly request: Pick<RecallInput, "namespaces"> }): readonly string[] => [
  ...new Set([...request.namespaces, ...namedBy(hits).map(({ namespace }) => namespace)]),
];

/** Whether two receipts under one id are of the same recall. */
export const isSameReceipt = (one: Receipt, other: Receipt): boolean =>
  one.at === other.at &&
  one.request_id === other.request_id &&
  namesOf(one).join(" ") === namesOf(other).join(" ");

/** The namespace at which the deletion of a receipt is noted; undefined: it named none, only patterns. */
export function notedAt({ request, hits }: Pick<Receipt, "request" | "hits">): string | undefined {
  const [hit] = hits;
  return hit?.namespace ?? request.namespaces.find((name) => !scopeOf(name).below);
}

/** The place and retention of a receipt. */
export interface Keeping {
  /** The only namespace that the recall asked for, by its name; undefined: it asked for others too, or for a pattern. */
  readonly namespace: string | undefined;
  readonly keepSeconds: number;
  /** The entry of the audit trail from which the receipt may take who asked and what was loaded. */
  readonly recorded: Recorded | undefined;
}

/** Which receipts are erased. */
export interface ChosenReceipts {
  /** Whether any may be among those of recalls that asked for this namespace alone. */
  readonly mayBeIn: (namespace: string) => boolean;
  readonly readable: (receipt: Receipt) => boolean;
  /** Decides by the request alone, because the audit entry that the receipt needs is gone. */
  readonly unreadable: (request: RecallInput) => boolean;
}

export interface ErasedReceipts {
  readonly count: number;
  /** Where the next part begins; undefined at the end. */
  readonly after: string | undefined;
}

/** Which receipts a list shows. */
export interface ReceiptFilter {
  readonly agents: readonly string[] | undefined;
  /** Bounds of `at`, in milliseconds; `from` is included, `to` is not. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface ReceiptPage {
  readonly receipts: readonly Receipt[];
  /** Where the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

export interface ReceiptStore {
  /** Gives its id. */
  keep(receipt: Omit<Receipt, "id">, keeping: Keeping): Promise<string>;
  /**
   * The receipt with this id that fits. There may be two, since an import can give any id: the one of a recall here comes
   * first. `fits`: any, unless given.
   */
  get(id: string, fits?: (receipt: Receipt) => boolean): Promise<Receipt | undefined>;
  /**
   * Receipts of recalls that asked for this namespace alone, newest first; `before` is the `next` of the page before. A page
   * may hold fewer than `limit` before the end, because it examines a bounded number of receipts.
   */
  list(
    namespace: string,
    filter: ReceiptFilter,
    options: { readonly before: string | undefined; readonly limit: number },
  ): Promise<ReceiptPage>;
  /** Deletes them, so that no byte of them is left; not others under their ids. */
  remove(receipts: readonly Receipt[]): Promise<void>;
  /** Deletes the chosen ones, so that no byte of them is left; returns how many. `dryRun`: only counts. */
  erase(chosen: ChosenReceipts, dryRun: boolean, tick: () => Promise<void>): Promise<number>;
  /**
   * Deletes the chosen ones of recalls that asked for this namespace alone, so that no byte of them is left, a part at a
   * time: it ends once `isOver`. `dryRun`: only counts. `going` is called before one that is complete is deleted.
   */
  eraseAlone(
    namespace: string,
    chosen: (request: RecallInput) => Promise<boolean>,
    options: {
      readonly after: string | undefined;
      readonly dryRun: boolean;
      readonly isOver: () => boolean;
      readonly going: (receipt: Receipt) => Promise<void>;
    },
  ): Promise<ErasedReceipts>;
  /** Deletes those that are of a namespace, alone or with others, and were recalled up to its time (milliseconds). */
  forgetUntil(until: ReadonlyMap<string, number>): Promise<void>;
  /**
   * Deletes all that are of this namespace, alone or with others, a part at a time: it ends once `isOver`, after a part at
   * least. `began`: when the first part began, milliseconds since the epoch. Returns where the next part begins; undefined
   * at the end.
   */
  forget(
    namespace: string,
    options: {
      readonly after: string | undefined;
      readonly began: number;
      readonly isOver: () => boolean;
    },
  ): Promise<string | undefined>;
}
