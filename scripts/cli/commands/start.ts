import { Command, Option } from "commander";
import { MAX_WORKERS } from "../../start/workers-max.js";
import { wholeNumber } from "../options.js";

export function startCommand(): Command {
  return new Command("start")
    .description(
      "Starts the service, with a Redis and an embedding model of its own unless the environment names others.",
    )
    .addHelpText(
      "after",
      "\nSettings are environment variables, or lines of a .env file: docs/configuration.md.",
    )
    .addOption(
      new Option("--workers <number>", "processes that serve on the same port")
        .argParser(wholeNumber(1, MAX_WORKERS))
        .default(1),
    )
    .action(async ({ workers }: { readonly workers: number }) => {
      const { start } = await import("../../start/start.js");
      await start(workers);
    });
}
