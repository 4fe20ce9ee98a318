import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { QueryResult } from "./evaluate.js";

/** Writes how each query of a data set was answered: a line of JSON a query and way. */
export function writeAnswers(folder: string, dataSet: string, answers: readonly QueryResult[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = answers.map((answer) => `${JSON.stringify(answer)}\n`);
  writeFileSync(join(folder, `${dataSet}.jsonl`), lines.join(""));
}
