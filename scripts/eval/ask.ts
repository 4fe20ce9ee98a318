import type { Latencies } from "../harness/latencies.js";
import { type Client, requireOk } from "./api.js";
import type { Query } from "./data-set.js";
import type { Retriever } from "./retrievers.js";
import { type Scores, scoreHits } from "./scores.js";

const LIMIT = 10;

/** Recalls one query in one way, and scores what came. Throws a Failure if it isn't answered. */
export async function ask(
  client: Client,
  { query, namespace, retriever, docsOf, latencies }: Question,
): Promise<{ scores: Scores; degraded: boolean }> {
  const answer = await latencies.time(() =>
    client.v1.recall.$post({
      json: { query: query.q, namespaces: [namespace], limit: LIMIT, ...retriever.request },
    }),
  );
  await requireOk(answer, `Recalling ${query.qid}`);
  const { hits, degraded } = await answer.json();
  const found = hits.map(({ memory }) => docsOf.get(memory.id) ?? new Set<string>());
  return { scores: scoreHits(found, query.evidence), degraded: degraded.length > 0 };
}

export interface Question {
  readonly query: Query;
  readonly namespace: string;
  readonly retriever: Retriever;
  readonly docsOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly latencies: Latencies;
}
