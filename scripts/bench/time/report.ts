import type { Latency } from "../../harness/latencies.js";
import { type Machine, machineLine } from "../../harness/machine.js";
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
}

export function report({ machine, redis, facts, memories, rows }: Figures): string {
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
  ].join("\n\n");
}
