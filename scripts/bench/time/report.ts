import type { Latency } from "../../harness/latencies.js";
import { machineLine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";

export interface Row {
  readonly operation: string;
  readonly latency: Latency;
  /** Of an answer, on average. */
  readonly edges: number | undefined;
}

export interface Figures {
  readonly machine: Machine;
  readonly redis: string;
  readonly facts: number;
  readonly memories: number;
  readonly rows: readonly Row[];
  /** Recall of the present first, then what is held against it. */
  readonly versions: readonly Row[];
  readonly aims: readonly Aim[];
}

export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

const LIMIT = 1.5;

export function judge([present, past]: readonly Row[]): Aim[] {
  if (present === undefined || past === undefined) return [];
  const ratio = past.latency.p50 / present.latency.p50;
  const aim = `as-of recall ÷ present recall, medians: at most ${LIMIT}`;
  return [{ aim, measured: `${ratio.toFixed(2)}×`, met: ratio <= LIMIT }];
}

export function report({ machine, redis, facts, memories, rows, versions, aims }: Figures): string {
  const present = versions[0]?.latency.p50 ?? Number.NaN;
  return [
    "## bench time",
    `${machineLine(machine, redis)}. ${facts} facts among ${memories} memories; one client, turn by turn. Latency in ms.`,
    table(
      ["operation", "edges", "p50", "p99"],
      rows.map(({ operation, latency, edges }) => [
        operation,
        edges === undefined ? "" : edges.toFixed(1),
        latency.p50.toFixed(2),
        latency.p99.toFixed(2),
      ]),
    ),
    "Over 10,000 memories of 5 versions each, with vectors; the query's vector given.",
    table(
      ["operation", "p50", "p99", "of present"],
      versions.map(({ operation, latency }) => [
        operation,
        latency.p50.toFixed(2),
        latency.p99.toFixed(2),
        (latency.p50 / present).toFixed(2),
      ]),
    ),
    table(
      ["aim", "measured", "met"],
      aims.map(({ aim, measured, met }) => [aim, measured, met ? "yes" : "NO"]),
    ),
  ].join("\n\n");
}
