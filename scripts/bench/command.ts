import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { collect, wholeNumber } from "../cli/options.js";
import { PART_NAMES } from "./part-names.js";
import type { PartName } from "./part-names.js";

export interface BenchOptions {
  readonly records: readonly number[];
  readonly samples: number;
  /** Folders of other checkouts, whose builds the parts `cost` and `profile` measure too. */
  readonly against: readonly string[];
  /** A file to write the figures to. */
  readonly json?: string;
  /** Keep the figures of each part for docs. */
  readonly save?: boolean;
  /** Write the figures that were kept into docs; measure nothing before, unless they are to be saved too. */
  readonly updateDocs?: boolean;
}

const MAX_RECORDS = 10_000_000;
const oneCount = wholeNumber(1, MAX_RECORDS);

export function benchCommand(): Command {
  return new Command("bench")
    .description("Measures operations, next to the raw Redis commands that they need.")
    .addArgument(new Argument("[part...]", "what to measure (default: everything)").choices(PART_NAMES))
    .addOption(
      new Option("--records <list>", "how many records to measure at, such as 1000,10000")
        .argParser(counts)
        .default([1_000, 10_000, 100_000], "1000,10000,100000"),
    )
    .addOption(
      new Option("--samples <number>", "measured pairs of each cheap operation")
        .argParser(wholeNumber(1, 1_000_000))
        .default(600),
    )
    .addOption(
      new Option(
        "--against <folder>",
        "built checkout to compare with, for the parts cost and profile; repeatable",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .option("--json <file>", "write the figures to a file too")
    .option("--save", "keep the figures of each part in scripts/bench/results, with date and commit")
    .option(
      "--update-docs",
      "write the figures kept there into docs/benchmarks.md and docs/recall.md; without --save, measure nothing",
    )
    .action(async (parts: readonly PartName[], options: BenchOptions) => {
      const { bench } = await import("./bench.js");
      await bench(parts.length === 0 ? PART_NAMES : parts, options);
    });
}

function counts(text: string): number[] {
  if (text === "") throw new InvalidArgumentError("It must be a list of whole numbers.");
  return text
    .split(",")
    .map(oneCount)
    .toSorted((a, b) => a - b);
}
