import { CommanderError } from "commander";
import type { Command } from "commander";
import { reportFailure } from "../shell/failure.js";

/** Wrong usage. A command that fails, or that finds something wrong, exits with 1. */
const USAGE_EXIT_CODE = 2;

/**
 * Runs a command with the arguments of this process. Its exit code is 0 once it's done, 1 when it failed, 2 when it was
 * called wrongly. The process isn't ended: that would cut off a write to a pipe.
 */
export async function runCommand(command: Command): Promise<void> {
  for (const each of withSubcommands(command)) {
    each.exitOverride().showHelpAfterError(`(--help shows all options)`);
  }
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // `--help` and `--version` are answers.
      process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    } else reportFailure(error);
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
