import type { Receipt, ReceiptHit } from "../../memory/ports/receipts.js";
import type { LessFound, RecallInput } from "../../memory/ports/recall-input.js";
import type { Recorded } from "../../memory/ports/records.js";
import { packText } from "../codec/packed-text.js";
import { createWriter } from "./bytes.js";
import type { Writer } from "./bytes.js";

export type NewReceipt = Omit<Receipt, "id">;

export const FORMAT = 1;

/** What is kept once for both: who asked, and which memories were loaded, is in the audit trail. */
export const FLAGS = {
  shared: 1,
  thread: 2,
  checkpoint: 4,
  keyword: 8,
  vector: 16,
  embedding: 32,
  ranking: 64,
  hits: 128,
  rerank: 256,
  more: 512,
  grouped: 1024,
} as const;

export const LESS_FOUND = [
  "keyword",
  "vector",
  "ranking",
  "hits",
  "rerank",
] as const satisfies readonly LessFound[];

/** Most requests are like this. Only what differs is stored. */
export const USUAL = {
  filter: {},
  limit: 10,
  mode: "hybrid",
  fusion: { method: "auto" },
} as const satisfies Partial<RecallInput>;

/** Of these, the usual value and none mean the same, or a flag tells them apart. */
const OMITTED: Readonly<Record<string, unknown>> = {
  merge: "scores",
  touch: true,
  include_archive: false,
  duplicates: "group",
  context_turns: 0,
};

/**
 * A receipt without what its home and the act's entry in the audit trail say. `recorded`: that entry; undefined: there
 * isn't one that has all hits, or it may end before the receipt.
 */
export function encodeReceipt(receipt: NewReceipt, home: string, recorded: Recorded | undefined): Buffer {
  const writer = createWriter();
  const { thread_id, checkpoint_id, degraded, request } = receipt;
  const { query, embedding } = request;
  const more = moreOf(receipt);
  writer.count(FORMAT);
  writer.count(
    (recorded === undefined ? 0 : FLAGS.shared) +
      (thread_id === null ? 0 : FLAGS.thread) +
      (checkpoint_id === null ? 0 : FLAGS.checkpoint) +
      LESS_FOUND.reduce((sum, each) => sum + (degraded.includes(each) ? FLAGS[each] : 0), 0) +
      (embedding === undefined ? 0 : FLAGS.embedding) +
      (more === "" ? 0 : FLAGS.more) +
      (request.duplicates === "group" ? FLAGS.grouped : 0),
  );
  writer.count(receipt.at);
  if (recorded === undefined) {
    writer.text(receipt.agent);
    writer.text(receipt.key_id ?? "");
    writer.bytes(packText(receipt.request_id));
  } else {
    const [time, number] = recorded.entry.split("-");
    writer.difference(receipt.at - Number(time));
    writer.count(Number(number));
  }
  writer.text(query);
  writer.text(unusual(request, home));
  if (thread_id !== null) writer.text(thread_id);
  if (checkpoint_id !== null) writer.text(checkpoint_id);
  if (embedding !== undefined)
    writer.bytes(Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength));
  writer.count(receipt.hits.length);
  let before: ReceiptHit | undefined;
  for (const hit of receipt.hits) {
    writeHit(writer, hit, before, home, recorded);
    before = hit;
  }
  // At the end, where earlier releases don't look.
  if (more !== "") writer.text(more);
  return writer.written();
}

/** As JSON; empty where there is nothing. */
function unusual(request: RecallInput, home: string): string {
  const { query: _, embedding: __, namespaces, ...rest } = request;
  const usual: Readonly<Record<string, unknown>> = { ...USUAL, ...OMITTED };
  const named = namespaces.length === 1 && namespaces[0] === home ? undefined : namespaces;
  const fields = Object.entries({ ...rest, namespaces: named }).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(usual[name]),
  );
  return fields.length === 0 ? "" : JSON.stringify(Object.fromEntries(fields));
}

/** What most receipts don't have, as JSON; empty where there is nothing. */
export interface More {
  /** By hit; null: it isn't one that the reranker ordered. */
  readonly rerank?: readonly (number | null)[] | undefined;
  /** By hit: namespace and id of each. */
  readonly also?: readonly (readonly (readonly [namespace: string, id: string])[])[] | undefined;
  readonly turns?:
    | readonly (readonly (readonly [id: string, version: number, offset: number])[])[]
    | undefined;
}

function moreOf({ hits }: NewReceipt): string {
  const more: More = {
    rerank: hits.some(({ rerank }) => rerank !== undefined)
      ? hits.map(({ rerank }) => (rerank === undefined ? null : Number(rerank.toPrecision(7))))
      : undefined,
    also: hits.some(({ also }) => also !== undefined)
      ? hits.map(({ also = [] }) => also.map(({ namespace, id }) => [namespace, id] as const))
      : undefined,
    turns: hits.some(({ turns }) => turns !== undefined)
      ? hits.map(({ turns = [] }) => turns.map(({ id, version, offset }) => [id, version, offset] as const))
      : undefined,
  };
  const text = JSON.stringify(more);
  return text === "{}" ? "" : text;
}

export const HIT = { first: 1, sameTrust: 2, elsewhere: 4, next: 8 } as const;

function writeHit(
  writer: Writer,
  hit: ReceiptHit,
  before: ReceiptHit | undefined,
  home: string,
  recorded: Recorded | undefined,
): void {
  const { namespace, id, version, score, trust, relevance } = hit;
  const sameTrust = before?.trust === trust;
  const elsewhere = recorded === undefined && namespace !== home;
  writer.count(
    (version === 1 ? HIT.first : 0) +
      (sameTrust ? HIT.sameTrust : 0) +
      (elsewhere ? HIT.elsewhere : 0) +
      HIT.next * (recorded?.ids.indexOf(id) ?? 0),
  );
  if (elsewhere) writer.text(namespace);
  if (recorded === undefined) writer.bytes(packText(id));
  if (version !== 1) writer.count(version);
  writer.number(score);
  if (!sameTrust) writer.share(trust);
  writer.share(relevance);
}
