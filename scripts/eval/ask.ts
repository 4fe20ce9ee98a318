import { tokenCounter } from "../../src/domain/tokens.js";
import type { Latencies } from "../harness/latencies.js";
import { requireOk } from "./api.js";
import type { Client } from "./api.js";
import type { Query } from "./data-set.js";
import { readableShare } from "./readable.js";
import type { Retriever } from "./retrievers.js";
import { scoreHits } from "./scores.js";
import type { Scores } from "./scores.js";

const LIMIT = 10;

/** Recalls one query in one way, and scores what came. Throws a Failure if it isn't answered. */
export async function ask(
  client: Client,
  { query, namespace, retriever, docsOf, textsOf, latencies }: Question,
): Promise<Asked> {
  const answer = await latencies.time(() =>
    client.v1.recall.$post({
      json: { query: query.q, namespaces: [namespace], limit: LIMIT, ...retriever.request },
    }),
  );
  await requireOk(answer, `Recalling ${query.qid}`);
  const { hits, degraded } = await answer.json();
  // What was made of others holds what they hold.
  const found = hits.map(
    ({ memory }) =>
      new Set([memory, ...memory.derived_from].flatMap(({ id }) => Array.from(docsOf.get(id) ?? []))),
  );
  const { count } = await tokenCounter();
  const tokens = hits.reduce(
    (sum, { memory, excerpt }) => sum + count(memory.content) + count(excerpt ?? ""),
    0,
  );
  const shown = hits.map(({ memory, excerpt }) => `${memory.content}\n${excerpt ?? ""}`);
  const readable = readableShare(
    shown,
    query.evidence.map((id) => textsOf.get(id) ?? []),
  );
  const relevance = Math.max(0, ...hits.map((hit) => hit.relevance));
  return {
    scores: scoreHits(found, query.evidence),
    readable,
    relevance,
    tokens,
    degraded: degraded.length > 0,
  };
}

export interface Asked {
  readonly scores: Scores;
  /** The share of the evidence that stands in the hits: see `readableShare`. */
  readonly readable: number;
  /** The highest of a hit. */
  readonly relevance: number;
  /** Of the contents of all hits, and of what they quote. */
  readonly tokens: number;
  readonly degraded: boolean;
}

export interface Question {
  readonly query: Query;
  readonly namespace: string;
  readonly retriever: Retriever;
  readonly docsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** What was stored of each document. */
  readonly textsOf: ReadonlyMap<string, readonly string[]>;
  readonly latencies: Latencies;
}
