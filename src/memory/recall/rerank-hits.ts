import { inTime, LATE } from "../../domain/deadline.js";
import type { Deadline } from "../../domain/deadline.js";
import { stage } from "../../domain/tracing.js";
import { RerankerUnavailable } from "../../reranking/reranker.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { Services } from "../services.js";
import { embeddedPart } from "../text/asked.js";
import { excerptWithin } from "./excerpt-within.js";
import type { RecallHit } from "./outcome.js";

/** Characters of one text, and of the query: as much as a model with 512 tokens reads of them. */
const TEXT_LENGTH = 2000;

/** How many hits to read: more than are shown, where the reranker chooses among them. */
export const hitsToRead = ({ limit, rerank }: RecallInput): number => Math.max(limit, rerank?.depth ?? 0);

/**
 * Orders the first `rerank.depth` hits by how well the reranker finds that they answer the query, and keeps `limit`. What
 * the reranker doesn't judge in time stays in its order, and so do hits beyond the depth, after the others.
 *
 * Only texts that the caller is shown, or could be, are sent.
 */
export async function rerankHits(
  { reranker, pace }: Pick<Services, "reranker" | "pace">,
  hits: readonly RecallHit[],
  { query, limit, rerank }: RecallInput,
  terms: readonly string[],
  deadline: Deadline | undefined,
): Promise<{ readonly hits: readonly RecallHit[]; readonly missing: boolean }> {
  if (rerank === undefined) return { hits, missing: false };
  const first = hits.slice(0, rerank.depth);
  const asIs = hits.slice(0, limit);
  if (reranker === undefined) return { hits: asIs, missing: true };
  if (first.length < 2) return { hits: asIs, missing: false };
  const late = new AbortController();
  const judge = async (): Promise<readonly number[] | undefined> => {
    const texts: string[] = [];
    for (const hit of first) {
      if (late.signal.aborted) return undefined;
      texts.push(await textOf(hit, terms));
    }
    return reranker.rerank(cut(embeddedPart(query)), texts, late.signal);
  };
  const judging = stage("rerank", judge).catch((error: unknown) => {
    if (error instanceof RerankerUnavailable) return undefined;
    throw error;
  });
  const scores = await inTime(deadline, judging, pace.expectedMs("receipt"));
  if (scores === LATE) late.abort(new RerankerUnavailable("the recall has no more time"));
  if (scores === LATE || scores === undefined) return { hits: asIs, missing: true };
  const judged = first.map((hit, index) => withScore(hit, scores[index] ?? 0, index + 1));
  const ordered = judged.toSorted((one, other) => other.reranked.score - one.reranked.score);
  return { hits: [...ordered, ...hits.slice(rerank.depth)].slice(0, limit), missing: false };
}

const withScore = (hit: RecallHit, score: number, from: number) => ({ ...hit, reranked: { score, from } });

/** What is shown of a hit, with the part of its source that it was found by. Of a long one, the sentences that fit. */
async function textOf({ memory, excerpt }: RecallHit, terms: readonly string[]): Promise<string> {
  const text = excerpt === null ? memory.content : `${excerpt}\n${memory.content}`;
  return cut(text.length <= TEXT_LENGTH ? text : await excerptWithin(terms, text, TEXT_LENGTH, CHARACTERS));
}

const CHARACTERS = {
  count: (text: string): number => text.length,
  countInTurns: (text: string): Promise<number> => Promise.resolve(text.length),
};

/** Without half of a pair of surrogates, which some providers refuse. */
const cut = (text: string): string => text.slice(0, TEXT_LENGTH).replace(/\p{Cs}/gu, "\ufffd");
