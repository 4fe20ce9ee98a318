import { machineLine } from "../harness/machine.js";
import type { Machine } from "../harness/machine.js";

/** What a part that asks a store over HTTP measured, and where. */
export interface Figures<Row> {
  readonly machine: Machine;
  readonly redis: string;
  /** Memories before the first is written while measuring. */
  readonly records: number;
  readonly rows: readonly Row[];
}

/** Which machine, Redis and store the figures are of, in words. */
export const measuredOn = ({ machine, redis, records }: Figures<unknown>): string =>
  `${machineLine(machine, redis)}; ${records.toLocaleString("en")} memories`;
