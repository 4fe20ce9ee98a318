import type { z } from "@hono/zod-openapi";
import type { ReceiptedRecall } from "../../memory/recall/recall-with-receipt.js";
import type { hitView, recallResponse, RecallRequest } from "./schemas.js";
import type { QuestionPart } from "../../memory/recall/question-turns.js";
import type { RecencyPart } from "../../memory/recall/recency.js";
import type { NamedTime } from "../../memory/text/dates/read-dates.js";
import type { BesideTurn, RecallHit } from "../../memory/recall/outcome.js";
import { viewMemory } from "../memories/view.js";

export function viewRecall(outcome: ReceiptedRecall, request: RecallRequest): z.infer<typeof recallResponse> {
  const view = {
    hits: outcome.hits.map((hit) => viewHit(hit, request.explain, outcome.expanded)),
    ...viewBudget(outcome),
    answerable: outcome.answerable,
    degraded: [...outcome.degraded],
    terms_left_out: [...outcome.leftOut],
    receipt_id: outcome.receiptId ?? null,
  };
  if (!request.explain) return view;
  return {
    ...view,
    explain: {
      mode: request.mode,
      fusion: request.mode === "hybrid" ? request.fusion.method : "none",
      terms: [...(outcome.terms?.terms ?? [])],
      phrases: (outcome.terms?.phrases ?? []).map((phrase) => phrase.join(" ")),
      times: (outcome.asked?.times ?? []).map(viewTime),
      order: outcome.asked?.order ?? null,
      hops: [...outcome.hops],
    },
  };
}

function viewBudget({ budget }: ReceiptedRecall) {
  if (budget === undefined) return {};
  const omitted = budget.omitted.map(({ memory: { namespace, id }, score, relevance, tokens }) => ({
    namespace,
    id,
    score,
    relevance: relevance.relevance,
    tokens,
  }));
  return { omitted, tokens: budget.tokens };
}

/** With a part of the content, where a budget doesn't hold it whole. */
export function viewShown({ memory, shortened }: RecallHit) {
  const view = viewMemory(memory);
  return shortened === undefined ? view : { ...view, content: shortened, content_complete: false };
}

const rounded = (share: number | undefined): number | null =>
  share === undefined ? null : Number(share.toFixed(3));

function viewTime({ text, ranges }: NamedTime) {
  const iso = (time: number): string => new Date(time).toISOString();
  return { text, ranges: ranges.map(({ from, to }) => ({ from: iso(from), to: iso(to) })) };
}

function viewRecency({ ageDays, ...part }: RecencyPart) {
  return { ...part, age_days: Number.isFinite(ageDays) ? ageDays : 0 };
}

/** `answers` is null unless the hit follows one that asks. */
const viewQuestion = ({ asks, answers, adds }: QuestionPart) => ({ asks, answers: answers ?? null, adds });

const viewTurn = ({ offset, memory }: BesideTurn) => ({ offset, memory: viewMemory(memory) });

function viewHit(hit: RecallHit, explain: boolean, expanded: boolean): z.infer<typeof hitView> {
  const {
    memory,
    score,
    relevance: fit,
    trustAdds,
    strength,
    found,
    alsoIn,
    via,
    excerpt,
    reranked,
    duplicates,
    turns = [],
  } = hit;
  const { keyword, vector, entities, rule } = found.fused;
  const view = {
    memory: viewShown(hit),
    score,
    relevance: fit.relevance,
    ranks: {
      keyword: keyword?.rank ?? null,
      vector: vector?.rank ?? null,
      ...(expanded ? { entities: entities?.rank ?? null } : {}),
    },
    ...(alsoIn.length === 0 ? {} : { also_in: [...alsoIn] }),
    ...(duplicates.length === 0 ? {} : { also: [...duplicates] }),
    ...(turns.length === 0 ? {} : { turns: turns.map(viewTurn) }),
    ...(via === null ? {} : { via, excerpt }),
  };
  if (!explain) return view;
  const lists = found.places.map(({ name, rank, adds }) => ({ namespaces: name, rank, adds }));
  return {
    ...view,
    explain: {
      keyword: keyword ?? null,
      vector: vector ?? null,
      relevance: { coverage: rounded(fit.coverage), similarity: rounded(fit.similarity) },
      trust: { ...memory.trust, adds: trustAdds },
      ...(strength === undefined ? {} : { outcomes: { ...strength } }),
      ...(found.time === undefined ? {} : { time: { ...found.time } }),
      ...(found.session === undefined ? {} : { session: { ...found.session } }),
      ...(found.question === undefined ? {} : { question: viewQuestion(found.question) }),
      ...(found.speaker === undefined ? {} : { speaker: { ...found.speaker } }),
      ...(rule === undefined ? {} : { rule: { ...rule } }),
      ...(found.recency === undefined ? {} : { recency: viewRecency(found.recency) }),
      ...(reranked === undefined ? {} : { rerank: { ...reranked } }),
      ...(expanded ? { entities: entities ?? null } : {}),
      ...(lists.length === 0 ? {} : { lists }),
    },
  };
}
