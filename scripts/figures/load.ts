import type { LoadRow } from "../bench/load/measure.js";
import { loadTable } from "../bench/load/report.js";
import type { LoadFigures } from "../bench/load/report.js";
import { machineLine } from "../harness/machine.js";
import { lineChart } from "./line-chart.js";

const LANES = ["service", "bare handler", "raw Redis"] as const;

/** What bench load measured, in words that stand under its charts. */
export function loadBlock({ machine, redis, records, rows }: LoadFigures, source: string): string {
  const charts = operationsOf(rows).flatMap((operation) =>
    CHARTS.map(({ name, vertical }) => `![${operation}: ${vertical}](charts/${chartName(operation, name)})`),
  );
  return [
    charts.join("\n"),
    loadTable(rows),
    `${machineLine(machine, redis)}; ${records.toLocaleString("en")} memories, API keys on. CPU in µs for one request. ${source}`,
  ].join("\n\n");
}

/** The charts of bench load: the text of each SVG file by its name. */
export function loadCharts({ rows }: LoadFigures): ReadonlyMap<string, string> {
  const places = [...new Set(rows.map(({ connections }) => connections))];
  const charts = operationsOf(rows).flatMap((operation) => {
    const own = rows.filter((row) => row.operation === operation);
    const lanes = LANES.filter((lane) => own.some((row) => row.lane === lane));
    return CHARTS.map(({ name, vertical, value }): [string, string] => [
      chartName(operation, name),
      lineChart({
        title: operation,
        places: places.map(String),
        horizontal: "connections",
        vertical,
        lines: lanes.map((lane) => ({
          name: lane,
          values: places.map((connections) => {
            const row = own.find((each) => each.lane === lane && each.connections === connections);
            return row && value(row);
          }),
        })),
      }),
    ]);
  });
  return new Map(charts);
}

const CHARTS = [
  { name: "throughput", vertical: "requests a second", value: (row: LoadRow) => row.perSecond },
  { name: "p99", vertical: "p99 in ms", value: (row: LoadRow) => row.latency.p99 },
] as const;

const operationsOf = (rows: readonly LoadRow[]): string[] => [
  ...new Set(rows.map(({ operation }) => operation)),
];

const chartName = (operation: string, chart: string): string =>
  `load-${operation.toLowerCase().replaceAll(/[^a-z]+/g, "-")}-${chart}.svg`;
