import type { Figures as MemoryFigures } from "../bench/memory/report.js";
import type { Row } from "../bench/memory/row.js";
import type { ProfileFigures } from "../bench/profile/report.js";
import type { LoadFigures } from "../bench/load/report.js";
import type { DataSetResult } from "../eval/evaluate.js";
import { machineLine } from "../harness/machine.js";
import type { Machine } from "../harness/machine.js";
import { table } from "../harness/table.js";
import { profileBlock, profileCharts } from "./profile.js";
import { loadBlock, loadCharts } from "./load.js";
import type { Result } from "./results.js";

/** Gives a result by its name. */
type Read = (name: string) => Result | undefined;

export interface EvalFigures {
  readonly machine: Machine;
  readonly data_set: DataSetResult;
}

/** What stands between the markers of a document, by their name; undefined: there is no result to make it of. */
export const BLOCKS: Readonly<Record<string, (read: Read) => string | undefined>> = {
  "recall-summary": (read) => {
    const sets = evaluations(read);
    if (sets.length === 0) return undefined;
    return [
      table(
        ["recall on real conversations, R@10 / nDCG@10", ...sets.map(({ title }) => title)],
        RETRIEVERS.map(([label, name]) => [
          label,
          ...sets.map(({ figures }) => summaryOf(figures.data_set, name, label)),
        ]),
      ),
      source(sets.map(({ result }) => result)),
    ].join("\n\n");
  },
  "recall-locomo": (read) => recallTable(read, "locomo"),
  "recall-beam": (read) => recallTable(read, "beam"),
  answerability: (read) => {
    const sets = evaluations(read);
    if (sets.length === 0) return undefined;
    const cell = (part: { questions: number; auc: number } | undefined): string =>
      part === undefined ? "–" : `${digits(part.auc)} (${part.questions})`;
    return [
      table(
        ["ROC-AUC (questions)", ...sets.map(({ title }) => title)],
        [
          [
            "questions without evidence",
            ...sets.map(({ figures }) => cell(figures.data_set.answerability.unanswered)),
          ],
          [
            "questions of another conversation",
            ...sets.map(({ figures }) => cell(figures.data_set.answerability.wrong)),
          ],
        ],
      ),
      source(sets.map(({ result }) => result)),
    ].join("\n\n");
  },
  "bench-memory": (read) => {
    const result = read("memory");
    if (result === undefined) return undefined;
    // Written by bench memory under this name.
    const { operations, machine, redis } = result.figures as MemoryFigures;
    const sizes = [...new Set(operations.map(({ records }) => records))];
    return [
      table(
        [
          "one client, medians (p99) in ms",
          ...sizes.map((size) => `${size.toLocaleString("en")} records`),
          "the same Redis commands alone",
        ],
        OPERATIONS.map(([label, operation]) => memoryRow(label, operations, operation, sizes)),
      ),
      `${machineLine(machine, redis)}. ${source([result])}`,
    ].join("\n\n");
  },
  "bench-load": (read) => {
    const result = read("load");
    // Written by bench load under this name.
    return result && loadBlock(result.figures as LoadFigures, source([result]));
  },
  "bench-profile": (read) => {
    const result = read("profile");
    // Written by bench profile under this name.
    return result && profileBlock(result.figures as ProfileFigures, source([result]));
  },
};

/** The charts that the documents show: the text of each SVG file by its name in docs/charts. */
export function chartsOf(read: Read): ReadonlyMap<string, string> {
  const [load, profile] = [read("load"), read("profile")];
  return new Map([
    ...(load === undefined ? [] : loadCharts(load.figures as LoadFigures)),
    ...(profile === undefined ? [] : profileCharts(profile.figures as ProfileFigures)),
  ]);
}

const DATA_SETS = [
  ["locomo", "LoCoMo"],
  ["beam", "BEAM 100K"],
] as const;

function evaluations(read: Read) {
  return DATA_SETS.flatMap(([name, title]) => {
    const result = read(`eval-${name}`);
    // Written by eval under this name.
    return result === undefined ? [] : [{ title, result, figures: result.figures as EvalFigures }];
  });
}

const RETRIEVERS = [
  ["keyword alone", "keyword"],
  ["vectors alone", "vector"],
  ["reciprocal rank fusion, k = 60", "hybrid RRF"],
  ["**mneme's default**", "default"],
] as const;

function summaryOf({ retrievers }: DataSetResult, name: string, label: string): string {
  const scores = retrievers.find((retriever) => retriever.name === name)?.scores;
  if (scores === undefined) return "–";
  const text = `${digits(scores.r10)} / ${digits(scores.ndcg10)}`;
  return label.startsWith("**") ? `**${text}**` : text;
}

function recallTable(read: Read, name: string): string | undefined {
  const result = read(`eval-${name}`);
  if (result === undefined) return undefined;
  const { data_set } = result.figures as EvalFigures;
  const title = DATA_SETS.find(([each]) => each === name)?.[1] ?? name;
  return [
    table(
      [title, "R@5", "R@10", "MRR@10", "nDCG@10"],
      RETRIEVERS.map(([label, retriever]) => {
        const scores = data_set.retrievers.find((each) => each.name === retriever)?.scores;
        const cells = scores === undefined ? [] : [scores.r5, scores.r10, scores.mrr10, scores.ndcg10];
        const strong = label.startsWith("**");
        return [String(label)].concat(
          cells.map((value) => (strong ? `**${digits(value)}**` : digits(value))),
        );
      }),
    ),
    source([result]),
  ].join("\n\n");
}

const OPERATIONS = [
  ["a bare Hono handler, no Redis", "bare Hono handler, GET /"],
  ["GET by id", "GET by id"],
  ["recall, vector given", "recall, vector given"],
  ["recall, embedding a new question", "recall, local model, new question"],
  ["write, vector given", "write one, vector given ↔ JSON.SET, HSET, SET"],
  ["write, embedding it", "write one, local model"],
] as const;

function memoryRow(
  label: string,
  rows: readonly Row[],
  operation: string,
  sizes: readonly number[],
): string[] {
  const own = sizes.map((size) => rows.find((row) => row.operation === operation && row.records === size));
  const service = own.map((row) =>
    row === undefined ? "" : `${milliseconds(row.service.p50)} (${milliseconds(row.service.p99)})`,
  );
  const raw = own.flatMap((row) => (row?.raw === undefined ? [] : [milliseconds(row.raw.p50)]));
  return [label, ...service, operation.startsWith("bare") ? "" : raw.join(", ")];
}

const milliseconds = (value: number): string =>
  value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);

/** `.801` as the tables have it. */
const digits = (value: number): string => value.toFixed(3).replace(/^0\./, ".");

function source(results: readonly Result[]): string {
  const parts = results.map(
    ({ finished_at, commit }) =>
      `${finished_at.slice(0, 10)}${commit === null ? "" : ` at commit ${commit}`}`,
  );
  return `Measured on ${[...new Set(parts)].join(" and ")}.`;
}
