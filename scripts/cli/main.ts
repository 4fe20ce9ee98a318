import { Command } from "commander";
import { RELEASE } from "../../src/backup/release.js";
import { runCommand } from "./run-command.js";

type Make = () => Promise<Command>;

/** Each command is a file that makes it, by its name and in groups, as the help shows them. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Make>>>> = {
  "Service:": {
    start: async () => (await import("./commands/start.js")).startCommand(),
    doctor: async () => (await import("./commands/doctor.js")).doctorCommand(),
    keys: async () => (await import("../keys/command.js")).keysCommand(),
    audit: async () => (await import("../audit-verify/command.js")).auditCommand(),
  },
  "Work with a running service, with the API key in MNEME_API_KEY:": {
    export: async () => (await import("./commands/export.js")).exportCommand(),
    import: async () => (await import("./commands/import.js")).importCommand(),
    erase: async () => (await import("./commands/erase.js")).eraseCommand(),
    migrate: async () => (await import("./commands/migrate.js")).migrateCommand(),
    mcp: async () => (await import("./commands/mcp.js")).mcpCommand(),
    hook: async () => (await import("./commands/hook.js")).hookCommand(),
  },
  "Measure:": {
    bench: async () => (await import("../bench/command.js")).benchCommand(),
    eval: async () => (await import("../eval/command.js")).evalCommand(),
  },
};

const program = new Command("mneme")
  .description("A Redis-native memory service for AI agents.")
  .version(RELEASE)
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 failed or found something wrong, 2 called wrongly. Data goes to standard output, the rest to standard error.",
  );

// To import all commands takes four times as long as most of them: one that is named comes alone.
const [, , named] = process.argv;
const isNamed = Object.values(GROUPS).some((group) => named !== undefined && Object.hasOwn(group, named));
for (const [title, group] of Object.entries(GROUPS)) {
  program.commandsGroup(title);
  for (const [name, make] of Object.entries(group)) {
    if (!isNamed || name === named) program.addCommand(await make());
  }
}

await runCommand(program);
