import { table } from "../harness/table.js";
import type { Interval } from "./bootstrap.js";
import type { Auc, DataSetResult } from "./evaluate.js";
import type { Scores } from "./scores.js";

const METRICS = ["R@5", "R@10", "MRR@10", "nDCG@10"] as const;

/** A data set's figures as Markdown. */
export function report(result: DataSetResult): string {
  const { name, conversations, documents, memories, queries, skipped, degraded, unembedded } = result;
  const remarks = [
    `${documents} documents of ${conversations} conversations as ${memories} memories`,
    `${queries} queries, ${skipped} without evidence skipped`,
    ...(degraded === 0 ? [] : [`${degraded} recalls DEGRADED`]),
    ...(unembedded === 0 ? [] : [`${unembedded} memories WITHOUT A VECTOR`]),
  ];
  return [
    `## ${name}`,
    `${remarks.join("; ")}.`,
    table(
      ["retriever", ...METRICS, "p50 ms", "p99 ms"],
      result.retrievers.map(({ name: retriever, scores, latency }) => [
        retriever,
        ...cells(scores),
        latency.p50.toFixed(1),
        latency.p99.toFixed(1),
      ]),
    ),
    ...againstPart(result),
    answerabilityPart(result),
    ...consolidatedPart(result),
    "The default by category:",
    table(
      ["category", "queries", ...METRICS],
      result.categories.map(({ category, queries: count, scores }) => [
        category,
        String(count),
        ...cells(scores),
      ]),
    ),
  ].join("\n\n");
}

function againstPart({ against }: DataSetResult): string[] {
  if (against === undefined) return [];
  const row = (metric: string, { mean, low, high }: Interval): string[] => [
    metric,
    ...[mean, low, high].map((value) => value.toFixed(3)),
  ];
  return [
    `The default against ${against.list} alone, which is the better list here, with a 95 % bootstrap interval over queries:`,
    table(["difference", "mean", "from", "to"], [row("R@10", against.r10), row("nDCG@10", against.ndcg10)]),
  ];
}

function answerabilityPart({ answerability: { unanswered, wrong } }: DataSetResult): string {
  const row = (kind: string, part: Auc | undefined): string[][] =>
    part === undefined ? [] : [[kind, String(part.questions), part.auc.toFixed(3)]];
  return [
    "Told from questions with evidence by the relevance of the best hit:",
    table(
      ["questions", "number", "ROC-AUC"],
      [
        ...row("without evidence", unanswered),
        ...row("of another conversation, with the names of this one", wrong),
      ],
    ),
  ].join("\n\n");
}

function consolidatedPart({ consolidated, memories, retrievers: [raw] }: DataSetResult): string[] {
  if (consolidated === undefined || raw === undefined) return [];
  const { scores, tokens, tokensBefore, readable, readableBefore, seconds } = consolidated;
  return [
    `Consolidated in ${seconds.toFixed(1)} s; evidence counts as found through links to sources, and as readable if its words stand in a hit:`,
    table(
      ["namespaces", "memories", ...METRICS, "readable in 10 hits", "tokens of 10 hits"],
      [
        ["raw", String(memories), ...cells(raw.scores), readableBefore.toFixed(3), tokensBefore.toFixed(0)],
        [
          "consolidated",
          String(consolidated.memories),
          ...cells(scores),
          readable.toFixed(3),
          tokens.toFixed(0),
        ],
      ],
    ),
  ];
}

function cells({ r5, r10, mrr10, ndcg10 }: Scores): string[] {
  return [r5, r10, mrr10, ndcg10].map((value) => value.toFixed(3));
}
