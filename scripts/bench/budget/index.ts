import { createLatencies } from "../../harness/latencies.js";
import type { Latency } from "../../harness/latencies.js";
import { describeMachine, machineLine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { loadUpTo } from "../memory/load.js";
import { withBench } from "../memory/setup.js";
import type { Bench } from "../memory/setup.js";
import type { Part } from "../part.js";

const CONNECTIONS = 16;
/** Milliseconds. */
const BUDGETS = [25, 50, 100, 200, 400, 1000] as const;

interface Row {
  readonly budget: number;
  readonly seconds: number;
  readonly recalls: Latency;
  /** Answers with everything, with at least one hit, and with none. */
  readonly whole: number;
  readonly some: number;
  readonly empty: number;
}

/** Recalls of new questions by 16 clients, each with a budget of time: whether it is kept, and what it costs in hits. */
export const benchBudget: Part = async ({ env, records: sizes, samples, note }) => {
  const size = sizes.at(-1) ?? 20_000;
  const seconds = Math.min(10, samples / 60);
  const figures = await withBench(env, async (bench) => {
    const records = await loadUpTo(bench, size);
    await measure(bench, records, 1000, Math.min(2, seconds));
    const rows: Row[] = [];
    for (const budget of BUDGETS) {
      note(`a budget of ${budget} ms at ${records} records`);
      rows.push(await measure(bench, records, budget, seconds));
    }
    return { machine: describeMachine(), redis: bench.server.version, records, rows };
  });
  return { report: report(figures), figures };
};

let asked = 0;

async function measure(bench: Bench, records: number, budget: number, seconds: number): Promise<Row> {
  const recalls = createLatencies();
  const counts = { whole: 0, some: 0, empty: 0 };
  const end = performance.now() + seconds * 1000;
  async function recall(): Promise<void> {
    const http = await connectHttp(bench.service.url);
    while (performance.now() < end) {
      const { text } = bench.corpus.question(asked++, records);
      const request = { query: text, namespaces: [bench.namespace], budget_ms: budget };
      const body = await recalls.time(() => http.send(httpRequest("POST", "/v1/recall", request)));
      counts[kindOf(JSON.parse(body.toString("utf8")) as Answer)]++;
    }
    http.close();
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, recall));
  return { budget, seconds, recalls: recalls.summary(), ...counts };
}

interface Answer {
  readonly hits: readonly unknown[];
  readonly degraded: readonly string[];
}

function kindOf({ hits, degraded }: Answer): "whole" | "some" | "empty" {
  if (degraded.length === 0) return "whole";
  return hits.length > 0 ? "some" : "empty";
}

interface Figures {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly redis: string;
  readonly records: number;
  readonly rows: readonly Row[];
}

function report({ machine, redis, records, rows }: Figures): string {
  return [
    "## bench budget",
    `${machineLine(machine, redis)}; ${records.toLocaleString("en")} records; ${CONNECTIONS} recalling clients`,
    table(
      ["budget ms", "answers/s", "p50 ms", "p99 ms", "whole", "degraded, with hits", "without hits"],
      rows.map(({ budget, seconds, recalls, whole, some, empty }) => [
        String(budget),
        (recalls.samples / seconds).toFixed(1),
        recalls.p50.toFixed(0),
        recalls.p99.toFixed(0),
        ...[whole, some, empty].map(
          (count) => `${((100 * count) / Math.max(1, recalls.samples)).toFixed(0)} %`,
        ),
      ]),
    ),
  ].join("\n\n");
}
