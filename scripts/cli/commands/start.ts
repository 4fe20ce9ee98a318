import { Command } from "commander";

export function startCommand(): Command {
  return new Command("start")
    .description(
      "Starts the service, with a Redis and an embedding model of its own unless the environment names others.",
    )
    .addHelpText(
      "after",
      "\nSettings are environment variables, or lines of a .env file: docs/configuration.md.",
    )
    .action(async () => {
      const { start } = await import("../../start/start.js");
      await start();
    });
}
