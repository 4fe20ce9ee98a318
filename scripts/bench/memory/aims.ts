import type { MemoryUse } from "./measure-memory.js";
import { ratio } from "./row.js";
import type { Row } from "./row.js";

export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

const MEGABYTE = 1024 ** 2;
const RECALL = "recall, vector given";

/** The aims of the measurements. Those that this run can't measure are skipped. */
export function judge(rows: readonly Row[], memory: readonly MemoryUse[]): Aim[] {
  const worst = (operation: string): number =>
    Math.max(...rows.filter((row) => row.operation === operation).map((row) => ratio(row) ?? Number.NaN));
  const recalls = rows.filter((row) => row.operation === RECALL);
  const [smallest, largest] = [recalls[0], recalls.at(-1)];
  const growth =
    smallest === undefined || largest === undefined ? Number.NaN : largest.service.p50 / smallest.service.p50;
  const last = memory.at(-1);
  const aims: (readonly [aim: string, value: number, limit: number, unit: string])[] = [
    ["GET by id ÷ raw, medians: at most 2", worst("GET by id"), 2, "×"],
    ["recall ÷ raw, medians: at most 1.5", worst(RECALL), 1.5, "×"],
    ...(smallest === largest
      ? []
      : [
          [
            `recall at ${largest?.records} ÷ at ${smallest?.records} records: at most 3`,
            growth,
            3,
            "×",
          ] as const,
        ]),
    ["Redis memory per record: at most 6.5 KB", (last?.total ?? Number.NaN) / 1000, 6.5, " KB"],
    [
      "service RSS with the local model: at most 350 MB",
      Math.max(...memory.map(({ resident }) => resident?.now ?? Number.NaN)) / MEGABYTE,
      350,
      " MB",
    ],
  ];
  return aims
    .filter(([, value]) => Number.isFinite(value))
    .map(([aim, value, limit, unit]) => ({
      aim,
      measured: `${value.toFixed(2)}${unit}`,
      met: value <= limit,
    }));
}
