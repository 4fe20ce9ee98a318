import { table } from "../../harness/table.js";
import { measuredOn } from "../figures.js";
import type { Figures } from "../figures.js";
import type { LoadRow } from "./measure.js";

export type LoadFigures = Figures<LoadRow>;

export function report(figures: LoadFigures): string {
  return [
    "## bench load",
    `${measuredOn(figures)}, API keys on. CPU: µs of one request.`,
    loadTable(figures.rows),
  ].join("\n\n");
}

/** Fewer samples than this have no thousandth. */
const ENOUGH = 1000;

export function loadTable(rows: readonly LoadRow[]): string {
  return table(
    [
      "operation",
      "connections",
      "asked of",
      "requests/s",
      "of the bare handler",
      "p50 ms",
      "p99 ms",
      "p99.9 ms",
      "refused",
      "CPU server",
      "CPU Redis",
      "CPU client",
    ],
    rows.map((row) => [
      row.operation,
      String(row.connections),
      row.lane,
      row.perSecond.toFixed(0),
      ofBare(row, rows),
      ms(row.latency.p50),
      ms(row.latency.p99),
      row.latency.samples < ENOUGH ? "–" : ms(row.latency.p999),
      String(row.refused),
      row.lane === "raw Redis" ? "" : row.cpu.server.toFixed(0),
      row.cpu.redis.toFixed(0),
      row.cpu.client.toFixed(0),
    ]),
  );
}

/** Where there is no bare handler, of the raw commands. */
function ofBare(row: LoadRow, rows: readonly LoadRow[]): string {
  const same = rows.filter(
    ({ operation, connections }) => operation === row.operation && connections === row.connections,
  );
  const bare = same.find(({ lane }) => lane === "bare handler");
  const base = bare ?? same.find(({ lane }) => lane === "raw Redis");
  if (base === undefined || base.perSecond === 0) return "–";
  return `${(row.perSecond / base.perSecond).toFixed(2)}${bare === undefined ? " (raw)" : ""}`;
}

const ms = (value: number): string => (value >= 10 ? value.toFixed(1) : value.toFixed(2));
