import { Command, Option } from "commander";
import { wholeNumber } from "../cli/options.js";
import { Failure } from "../shell/failure.js";
import type { EvalOptions } from "./options.js";

interface CommandOptions extends Omit<EvalOptions, "data"> {
  readonly data?: string;
  readonly chains?: boolean;
}

export function evalCommand(): Command {
  return new Command("eval")
    .description("Measures the quality of recall on a data set of conversations and questions.")
    .option("--data <folder>", "folder with docs.jsonl and queries.jsonl, or a folder of such folders")
    .option("--chains", "ask questions along chains of made-up facts instead")
    .addOption(
      new Option("--sample <number>", "only the first conversations of each data set").argParser(
        wholeNumber(1),
      ),
    )
    .option("--json <file>", "write the figures to a file too")
    .option("--per-query <folder>", "write how each query was answered in each way to a file a data set")
    .option(
      "--save",
      "keep the figures in scripts/bench/results, with date and commit, for bench --update-docs",
    )
    .addOption(
      new Option(
        "--settle <seconds>",
        "wait between writing and asking, until Redis has collected stale postings",
      )
        .argParser(wholeNumber(0))
        .default(90),
    )
    .option("--to-now", "move each conversation in time so that it ends now: trust falls with age for a year")
    .option("--consolidate", "then consolidate each conversation, and ask the default once more")
    .option("--no-captions", "leave out the captions of shared pictures")
    .addOption(
      new Option(
        "--redis <url>",
        "use this Redis, and keep the cache of embeddings in it for the next run; everything else under its mneme-eval-* prefixes is removed first",
      ).conflicts("url"),
    )
    .option("--url <url>", "use the service that runs there, in namespaces of its own: eval-<random>.*")
    .action(async ({ chains = false, data, ...options }: CommandOptions) => {
      if (chains === (data !== undefined)) throw new Failure("Give either --data or --chains.");
      if (data === undefined) {
        const { measureChains } = await import("./chains/measure.js");
        await measureChains(options);
      } else {
        const { evaluateAll } = await import("./evaluate-all.js");
        await evaluateAll({ data, ...options });
      }
    });
}
