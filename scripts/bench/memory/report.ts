import type { Latency } from "../../harness/latencies.js";
import { machineLine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";
import type { Aim } from "./aims.js";
import type { MemoryUse } from "./measure-memory.js";
import { ratio } from "./row.js";
import type { Row } from "./row.js";

export interface Figures {
  readonly machine: Machine;
  readonly redis: string;
  readonly operations: readonly Row[];
  readonly memory: readonly MemoryUse[];
  /** Bytes; undefined if unknown. */
  readonly residentWithoutModel: number | undefined;
  readonly aims: readonly Aim[];
}

/** The figures as Markdown. */
export function report({ machine, redis, operations, memory, residentWithoutModel, aims }: Figures): string {
  return [
    "## bench memory",
    `${machineLine(machine, redis)}. Times in ms; raw: the same commands sent by node-redis, measured in turns.`,
    table(
      ["operation", "records", "p50", "p99", "raw p50", "raw p99", "ratio", "samples"],
      operations.map((row) => [
        row.operation,
        String(row.records),
        ...times(row.service),
        ...times(row.raw),
        ratio(row)?.toFixed(2) ?? "–",
        String(row.service.samples),
      ]),
    ),
    "Bytes of Redis memory per record (JSON, vector, hash: MEMORY USAGE of the keys; indexes: what remains of the total; in brackets what FT.INFO tells), and the service's resident memory in MB:",
    table(
      ["records", "total", "JSON", "vector", "hash", "indexes", "(records)", "(vectors)", "RSS", "peak"],
      memory.map((use) => [
        String(use.records),
        ...[use.total, use.json, use.vector, use.hash, use.indexes, use.recordIndex, use.vectorIndex].map(
          (bytes) => bytes.toFixed(0),
        ),
        megabytes(use.resident?.now),
        megabytes(use.resident?.peak),
      ]),
    ),
    `Resident memory of a service without an embedder over the same data: ${megabytes(residentWithoutModel)} MB.`,
    table(
      ["aim", "measured", "met"],
      aims.map(({ aim, measured, met }) => [aim, measured, met ? "yes" : "NO"]),
    ),
  ].join("\n\n");
}

function times(latency: Latency | undefined): [string, string] {
  return latency === undefined ? ["–", "–"] : [latency.p50.toFixed(3), latency.p99.toFixed(3)];
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "–" : (bytes / 1024 ** 2).toFixed(0);
}
