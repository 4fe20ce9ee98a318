import { table } from "../../harness/table.js";
import { measuredOn } from "../figures.js";
import type { Figures } from "../figures.js";
import type { Row } from "./measure-route.js";

export type CostFigures = Figures<Row>;

export function report(figures: CostFigures): string {
  return [
    "## bench cost",
    `${measuredOn(figures)}. CPU time of one request in µs, median of the turns (least); bytes between service and Redis.`,
    table(
      [
        "route",
        "build",
        "clients",
        "service",
        "Redis",
        "commands",
        "bytes to",
        "bytes back",
        "requests/s",
        "p50 ms",
        "p99 ms",
      ],
      figures.rows.map((row) => [
        row.route,
        row.contender,
        String(row.clients),
        `${row.service.median.toFixed(0)} (${row.service.least.toFixed(0)})`,
        `${row.redis.median.toFixed(0)} (${row.redis.least.toFixed(0)})`,
        row.commands.toFixed(2),
        row.bytes.in.toFixed(0),
        row.bytes.out.toFixed(0),
        row.perSecond.toFixed(0),
        row.latency.p50.toFixed(2),
        row.latency.p99.toFixed(2),
      ]),
    ),
  ].join("\n\n");
}
