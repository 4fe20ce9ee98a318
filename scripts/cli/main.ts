import { Command } from "commander";
import { auditCommand } from "../audit-verify/command.js";
import { RELEASE } from "../../src/backup/release.js";
import { benchCommand } from "../bench/command.js";
import { evalCommand } from "../eval/command.js";
import { keysCommand } from "../keys/command.js";
import { doctorCommand } from "./commands/doctor.js";
import { eraseCommand } from "./commands/erase.js";
import { exportCommand } from "./commands/export.js";
import { importCommand } from "./commands/import.js";
import { hookCommand } from "./commands/hook.js";
import { mcpCommand } from "./commands/mcp.js";
import { migrateCommand } from "./commands/migrate.js";
import { startCommand } from "./commands/start.js";
import { runCommand } from "./run-command.js";

/** Each command is a file that makes it. What only one of them needs is loaded when it runs. */
const program = new Command("mneme")
  .description("A Redis-native memory service for AI agents.")
  .version(RELEASE)
  .commandsGroup("Service:")
  .addCommand(startCommand())
  .addCommand(doctorCommand())
  .addCommand(keysCommand())
  .addCommand(auditCommand())
  .commandsGroup("Work with a running service, with the API key in MNEME_API_KEY:")
  .addCommand(exportCommand())
  .addCommand(importCommand())
  .addCommand(eraseCommand())
  .addCommand(migrateCommand())
  .addCommand(mcpCommand())
  .addCommand(hookCommand())
  .commandsGroup("Measure:")
  .addCommand(benchCommand())
  .addCommand(evalCommand())
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 failed or found something wrong, 2 called wrongly. Data goes to standard output, the rest to standard error.",
  );

await runCommand(program);
