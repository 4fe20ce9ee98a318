import { writeFileSync } from "node:fs";
import { loadEnv } from "../shell/env.js";
import { isClone } from "../bootstrap/root.mjs";
import { Failure } from "../shell/failure.js";
import { saveResult } from "../figures/results.js";
import { describeMachine } from "../harness/machine.js";
import { loadDataSets } from "./data-set.js";
import { evaluate } from "./evaluate.js";
import type { DataSetResult, QueryResult } from "./evaluate.js";
import type { EvalOptions } from "./options.js";
import { report } from "./report.js";
import { withTarget } from "./target.js";
import { writeAnswers } from "./write-answers.js";

/**
 * How well recall finds the evidence of questions about real conversations. The figures go to stdout as Markdown,
 * the progress to stderr.
 */
export async function evaluateAll(options: EvalOptions): Promise<void> {
  if (options.save === true && !isClone()) throw new Failure("Figures are kept in a clone only.");
  const env = loadEnv();
  const results: DataSetResult[] = [];
  for (const dataSet of loadDataSets(options.data, options.sample)) {
    const result = await withTarget(env, options, dataSet.name, ({ client, label, description }) => {
      console.error(`${dataSet.name}: ${description}`);
      const { captions, toNow = false, consolidate = false, settle, perQuery } = options;
      const onAnswers = (answers: readonly QueryResult[]): void => {
        if (perQuery !== undefined) writeAnswers(perQuery, dataSet.name, answers);
      };
      return evaluate(client, dataSet, {
        label,
        captions,
        toNow,
        consolidate,
        settleSeconds: settle,
        onAnswers,
      });
    });
    console.log(`\n${report(result)}`);
    results.push(result);
    if (options.save === true) {
      const figures = { machine: describeMachine(), data_set: result };
      console.error(`${dataSet.name}: kept in ${saveResult(`eval-${dataSet.name}`, figures)}`);
    }
  }
  console.log(
    "\nR@k: share of the evidence among the first k hits, averaged over queries. " +
      "Times are of one recall with two at work; only the default's include embedding the query.",
  );
  if (options.json !== undefined) {
    const figures = { finished_at: new Date().toISOString(), machine: describeMachine(), data_sets: results };
    writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
}
