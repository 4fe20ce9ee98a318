import { runCommand } from "../cli/run-command.js";
import { verifyCommand } from "./command.js";

await runCommand(verifyCommand("audit:verify"));
process.exit();
