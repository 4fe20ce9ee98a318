import { join } from "node:path";
import { runPython as run } from "../../../scripts/downloads/python.js";
import type { Output, PythonOptions } from "../../../scripts/downloads/python.js";

export { findPython } from "../../../scripts/downloads/python.js";

const REQUIREMENTS = join(import.meta.dirname, "..", "..", "generated-clients", "requirements.txt");

/** Runs Python with the packages of a file of requirements; by default those of the generated clients. */
export function runPython(args: readonly string[], options: Partial<PythonOptions> = {}): Promise<Output> {
  return run(args, { requirements: REQUIREMENTS, ...options });
}
