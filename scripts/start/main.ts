import { parseArgs } from "node:util";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { start } from "./start.js";
import { MAX_WORKERS } from "./workers-max.js";

const USAGE = `usage: npm start [-- --workers N]

  --workers N   processes that serve on the same port, 1 to ${MAX_WORKERS} (default 1)`;

function workersIn(args: readonly string[]): number {
  const { workers } = parse(args);
  if (/^\d{1,2}$/.test(workers) && Number(workers) >= 1 && Number(workers) <= MAX_WORKERS)
    return Number(workers);
  throw new Failure(`--workers takes a whole number from 1 to ${MAX_WORKERS}, not "${workers}".`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { workers: { type: "string", default: "1" } } }).values;
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}

try {
  await start(workersIn(process.argv.slice(2)));
} catch (error) {
  reportFailure(error);
}
