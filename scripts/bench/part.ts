import type { Env } from "../shell/env.js";

export interface PartOptions {
  readonly env: Env;
  /** Ascending. */
  readonly records: readonly number[];
  /** Measured pairs of each cheap operation. */
  readonly samples: number;
  /** Folders of other checkouts to compare with. */
  readonly against: readonly string[];
  readonly note: (line: string) => void;
}

/** What a part found out. */
export interface PartResult {
  /** Markdown. */
  readonly report: string;
  /** For --json. */
  readonly figures: object;
}

/** One part of the benchmark, named on the command line. */
export type Part = (options: PartOptions) => Promise<PartResult>;
