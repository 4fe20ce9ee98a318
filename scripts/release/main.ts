// node scripts/run.mjs release set 0.2.0 | check v0.2.0 | own OWNER/REPOSITORY: see CONTRIBUTING.md, Releases.
import { repositoryRoot } from "../bootstrap/root.mjs";
import { Failure, reportFailure } from "../shell/failure.js";
import { problemsOf, setOwner, setVersion } from "./files.js";

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const USAGE = "usage: node scripts/run.mjs release set 0.2.0 | check v0.2.0 | own OWNER/REPOSITORY";

function main([command, argument = ""]: readonly string[]): void {
  const root = repositoryRoot();
  const version = argument.replace(/^v/, "");
  if (command === "own" && /^[\w.-]+\/[\w.-]+$/.test(argument)) return setOwner(root, argument);
  if (!VERSION.test(version)) throw new Failure(USAGE);
  if (command === "set") return setVersion(root, version);
  if (command !== "check") throw new Failure(USAGE);
  const problems = problemsOf(root, version);
  if (problems.length > 0) throw new Failure(problems.join("\n"));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
}
