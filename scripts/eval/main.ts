import { runCommand } from "../cli/run-command.js";
import { evalCommand } from "./command.js";

await runCommand(evalCommand());
// A keep-alive connection of the client must not hold up the end.
process.exit();
