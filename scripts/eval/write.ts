import { LIMITS } from "../../src/domain/limits.js";
import { Failure } from "../shell/failure.js";
import { requireOk } from "./api.js";
import type { Client } from "./api.js";
import { contentsOf } from "./contents.js";
import type { Conversation, Doc } from "./data-set.js";
import { parseTimestamp } from "./timestamp.js";

export interface Written {
  /** Which documents a memory holds: several where their contents are equal. */
  readonly docsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** What was stored of each document. */
  readonly textsOf: ReadonlyMap<string, readonly string[]>;
  /** Memories whose embedding wasn't complete when they were acknowledged. */
  readonly unfinished: readonly string[];
}

export interface WriteOptions {
  readonly namespace: string;
  readonly captions: boolean;
  /** Added to each time. */
  readonly laterMs: number;
  readonly onWritten: (documents: number) => void;
}

/** Small enough for progress to be seen and for no request to wait long on the embedder. */
const BATCH_ITEMS = 32;
const BATCH_BYTES = LIMITS.batchBytes / 2;

/** Stores a conversation's documents in order of time, one batch after the other. */
export async function writeConversation(
  client: Client,
  { docs }: Conversation,
  { namespace, captions, laterMs, onWritten }: WriteOptions,
): Promise<Written> {
  const docsOf = new Map<string, Set<string>>();
  const unfinished = new Set<string>();
  const items = docs.flatMap((doc) =>
    contentsOf(doc, captions).map((content) => ({ doc, memory: newMemory(doc, content, laterMs) })),
  );
  const seen = new Set<string>();
  for (const batch of batches(items)) {
    const answer = await client.v1.namespaces[":ns"].memories.batch.$post({
      param: { ns: namespace },
      json: { memories: batch.map(({ memory }) => memory) },
    });
    await requireOk(answer, "Writing a batch");
    const { results } = await answer.json();
    for (const [index, { doc }] of batch.entries()) {
      const result = results[index];
      if (result?.memory === undefined) {
        throw new Failure(`The document ${doc.ns}/${doc.id} was refused: ${JSON.stringify(result?.problem)}`);
      }
      const { id, embedding } = result.memory;
      docsOf.set(id, (docsOf.get(id) ?? new Set()).add(doc.id));
      if (embedding.status === "pending" || embedding.status === "partial") unfinished.add(id);
    }
    const before = seen.size;
    for (const { doc } of batch) seen.add(doc.id);
    onWritten(seen.size - before);
  }
  const textsOf = new Map(docs.map((doc) => [doc.id, contentsOf(doc, captions)]));
  return { docsOf, textsOf, unfinished: [...unfinished] };
}

function newMemory(doc: Doc, content: string, laterMs: number) {
  const timestamp = parseTimestamp(doc.ts ?? "");
  return {
    content,
    memory_type: "episodic" as const,
    session_id: doc.session,
    metadata: { doc_id: doc.id },
    ...(timestamp === undefined ? {} : { timestamp: later(timestamp, laterMs) }),
  };
}

const later = (timestamp: string, milliseconds: number): string =>
  new Date(Date.parse(timestamp) + milliseconds).toISOString();

function batches<Item extends { readonly memory: object }>(items: readonly Item[]): Item[][] {
  const all: Item[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item.memory)) + 1;
    const last = all.at(-1);
    if (last === undefined || last.length === BATCH_ITEMS || bytes + size > BATCH_BYTES) {
      all.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return all;
}
