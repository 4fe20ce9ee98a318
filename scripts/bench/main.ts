import { runCommand } from "../cli/run-command.js";
import { benchCommand } from "./command.js";

await runCommand(benchCommand());
process.exit();
