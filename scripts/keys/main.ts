import { runCommand } from "../cli/run-command.js";
import { keysCommand } from "./command.js";

await runCommand(keysCommand());
process.exit();
