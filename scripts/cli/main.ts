import { Command, CommanderError } from "commander";
import { reportFailure } from "../shell/failure.js";
import { eraseCommand } from "./commands/erase.js";
import { exportCommand } from "./commands/export.js";
import { importCommand } from "./commands/import.js";
import { migrateCommand } from "./commands/migrate.js";
import { hookCommand } from "./commands/hook.js";
import { mcpCommand } from "./commands/mcp.js";

/** Each command is a file in commands/ that makes it. */
const program = new Command("mneme")
  .description("Works with a running mneme service. The API key is read from MNEME_API_KEY.")
  .addCommand(exportCommand())
  .addCommand(importCommand())
  .addCommand(eraseCommand())
  .addCommand(mcpCommand())
  .addCommand(hookCommand())
  .addCommand(migrateCommand());

// A process that ends while a write to a pipe is under way would cut it off.
await program
  .exitOverride()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else reportFailure(error);
  });
