// node scripts/run.mjs vector-index [--records N] [--queries N] [--json FILE] [--write]: recall@10 against the exact
// neighbours, bytes and time of vector indexes with other types and parameters of HNSW.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeBlock } from "../figures/write-block.js";
import { describeMachine, machineLine } from "../harness/machine.js";
import { table } from "../harness/table.js";
import { loadEnv } from "../shell/env.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { measureIndexes } from "./measure.js";
import type { IndexResult } from "./measure.js";

const USAGE =
  "usage: vector-index [--records N] [--queries N] [--json FILE] [--write], which writes the table into docs/benchmarks.md";

async function main(): Promise<void> {
  const { records, queries, json, write } = parse(process.argv.slice(2));
  const { version, results } = await measureIndexes(loadEnv(), {
    records,
    queries,
    note: (line) => console.error(line),
  });
  const machine = describeMachine();
  const text = [
    tableOf(results),
    `${machineLine(machine, version)}; ${records.toLocaleString("en")} vectors of 384 dimensions, ${queries} questions.`,
  ].join("\n\n");
  console.log(text);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ machine, version, records, queries, results }, undefined, 2)}\n`);
  }
  if (write) writeBlock("benchmarks.md", "vector-index", text);
}

function tableOf(results: readonly IndexResult[]): string {
  return table(
    ["index", "bytes a vector", "insert ms", "EF_RUNTIME", "recall@10", "Redis ms a search"],
    results.flatMap(({ name, bytes, insertMs, searches }) =>
      searches.map(({ ef, recall, ms }, index) => [
        index === 0 ? name : "",
        index === 0 ? bytes.toFixed(0) : "",
        index === 0 ? insertMs.toFixed(2) : "",
        String(ef),
        recall.toFixed(3),
        ms.toFixed(2),
      ]),
    ),
  );
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        records: { type: "string", default: "100000" },
        queries: { type: "string", default: "200" },
        json: { type: "string" },
        write: { type: "boolean", default: false },
      },
    });
    const [records, queries] = [Number(values.records), Number(values.queries)];
    if (isCount(records) && isCount(queries)) return { ...values, records, queries };
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
  throw new Failure(USAGE);
}

const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;

await main().catch(reportFailure);
process.exit();
