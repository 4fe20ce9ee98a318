import { table } from "../../harness/table.js";
import type { LlmFigures } from "./consolidation-llm.js";
import type { ConsolidationFigures } from "./consolidation.js";
import type { RunFigures } from "./runs.js";

const AIM = 1.5;

export function reportConsolidation(figures: ConsolidationFigures): string {
  const { episodes, memories_before, memories_after, actions, run, recall } = figures;
  return [
    `A run of all steps over ${episodes.toLocaleString("en")} episodes, without a language model: ${timing(run)}; ${memories_before} memories in recall before, ${memories_after} after. Load average then: ${figures.machine.load}.`,
    actionTable(actions),
    table(
      [
        "recall, vector given, in",
        "while",
        "p50 without",
        "p99",
        "p50 beside",
        "p99",
        "samples beside",
        "ratio",
        "aim",
        "met",
      ],
      recall.map(({ namespace, phase, quiet, during, ratio }) => [
        namespace,
        phase,
        quiet.p50.toFixed(2),
        quiet.p99.toFixed(2),
        during.p50.toFixed(2),
        during.p99.toFixed(2),
        String(during.samples),
        `${ratio.toFixed(2)}×`,
        `≤ ${AIM}×`,
        ratio <= AIM ? "yes" : "NO",
      ]),
    ),
  ].join("\n\n");
}

export function reportLlm({ episodes, runs }: LlmFigures): string {
  return runs
    .flatMap(({ budget, run, actions }) => [
      `With a language model on the loopback, ${episodes.toLocaleString("en")} episodes, at most ${budget.max_llm_calls} calls and ${budget.max_llm_tokens} tokens: ${run.llm_calls} calls, ${run.llm_tokens} tokens; ${timing(run)}.`,
      actionTable(actions),
    ])
    .join("\n\n");
}

function timing({ seconds, planning_seconds, planned, resident_before, resident_peak }: RunFigures): string {
  const [before, peak] = [resident_before, resident_peak].map((bytes) => (bytes / 1024 ** 2).toFixed(0));
  return `${seconds.toFixed(1)} s, of these ${planning_seconds.toFixed(1)} s of planning, for ${planned} actions; resident memory of the service ${before} MB before, ${peak} MB at most`;
}

function actionTable(actions: Readonly<Record<string, number>>): string {
  return table(
    ["actions", "number"],
    Object.entries(actions).map(([name, count]) => [name, String(count)]),
  );
}
