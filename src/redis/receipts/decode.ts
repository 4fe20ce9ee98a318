import type { EntryContent } from "../../access/entry.js";
import type { RecallInput } from "../../memory/ports/recall-input.js";
import type { Receipt, ReceiptHit } from "../../memory/ports/receipts.js";
import { unpackText } from "../codec/packed-text.js";
import { createReader } from "./bytes.js";
import type { Reader } from "./bytes.js";
import { FLAGS, FORMAT, HIT, LESS_FOUND, USUAL } from "./encode.js";
import type { More } from "./encode.js";

/** What a receipt says without the audit trail's entry that it shares. */
export interface StoredReceipt {
  /** Id of that entry; undefined: it shares none. */
  readonly entry: string | undefined;
  readonly request: RecallInput;
  /** Undefined where the entry that it shares is gone. */
  with(shared: EntryContent | undefined): Receipt | undefined;
}

/** Reads what `encodeReceipt` has written; undefined: its bytes were damaged. Throws if a newer release wrote it. */
export function decodeReceipt(id: string, home: string, source: Buffer): StoredReceipt | undefined {
  try {
    return decoded(id, home, source);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decoded(id: string, home: string, source: Buffer): StoredReceipt {
  const reader = createReader(source);
  if (reader.count() !== FORMAT) throw new Error("The receipt is of a newer release.");
  const flags = reader.count();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const shared = has(FLAGS.shared);
  const at = reader.count();
  const own = shared ? undefined : { agent: reader.text(), key: reader.text(), request: idIn(reader) };
  const entry = shared ? `${at - reader.difference()}-${reader.count()}` : undefined;
  const query = reader.text();
  const unusual = reader.text();
  const thread_id = has(FLAGS.thread) ? reader.text() : null;
  const checkpoint_id = has(FLAGS.checkpoint) ? reader.text() : null;
  const vector = has(FLAGS.embedding) ? Uint8Array.from(reader.bytes()) : undefined;
  const embedding = vector && new Float32Array(vector.buffer);
  const read = readHits(reader, home, shared);
  // Written by encodeReceipt.
  const more = (has(FLAGS.more) ? JSON.parse(reader.text()) : {}) as More;
  const hits = read.map((hit, index) => withMore(hit, more, index));
  // Written by encodeReceipt.
  const differing = (unusual === "" ? {} : JSON.parse(unusual)) as Partial<RecallInput>;
  const request: RecallInput = {
    namespaces: [home],
    ...USUAL,
    ...(has(FLAGS.grouped) && { duplicates: "group" }),
    ...differing,
    query,
    ...(embedding && { embedding }),
  };
  const degraded = LESS_FOUND.filter((each) => has(FLAGS[each]));
  const rest = { id, at, thread_id, checkpoint_id, request, degraded };
  return {
    entry,
    request,
    with(content) {
      if (own !== undefined) {
        const { agent, key, request: request_id } = own;
        return { ...rest, agent, key_id: key === "" ? null : key, request_id, hits };
      }
      if (content === undefined) return undefined;
      const { agent, keyId, requestId, ids } = content;
      const named = hits.map((hit) => Object.assign(hit, { id: ids[Number(hit.id)] ?? "" }));
      return { ...rest, agent, key_id: keyId, request_id: requestId, hits: named };
    },
  };
}

function withMore(hit: ReceiptHit, more: More, index: number): ReceiptHit {
  const score = more.rerank?.[index] ?? undefined;
  const also = (more.also?.[index] ?? []).map(([namespace, id]) => ({ namespace, id }));
  const turns = (more.turns?.[index] ?? []).map(([id, version, offset]) => ({ id, version, offset }));
  return {
    ...hit,
    ...(turns.length === 0 ? {} : { turns }),
    ...(score === undefined ? {} : { rerank: score }),
    ...(also.length === 0 ? {} : { also }),
  };
}

const idIn = (reader: Reader): string => unpackText(reader.bytes());

/** Where they are shared, the id of each is its place among those of the audit trail's entry. */
function readHits(reader: Reader, home: string, shared: boolean): ReceiptHit[] {
  const hits: ReceiptHit[] = [];
  for (let left = reader.count(); left > 0; left--) {
    const head = reader.count();
    const namespace = (head & HIT.elsewhere) === 0 ? home : reader.text();
    const id = shared ? String(Math.floor(head / HIT.next)) : idIn(reader);
    const version = (head & HIT.first) === 0 ? reader.count() : 1;
    const score = reader.number();
    const trust = (head & HIT.sameTrust) === 0 ? reader.share() : hits.at(-1)?.trust;
    hits.push({ namespace, id, version, score, trust: trust ?? 0, relevance: reader.share() });
  }
  return hits;
}
