import { StartError } from "../../src/start-error.js";

/** An error whose message is all the user needs: it's shown without a stack, and the process exits with 1. */
export class Failure extends StartError {
  override readonly name = "Failure";
}

/** Shows the error on stderr, with its stack only when it's a bug, and makes the process end with 1. */
export function reportFailure(error: unknown): void {
  console.error(error instanceof StartError ? `\n${error.message}\n` : error);
  process.exitCode = 1;
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || String(error) : String(error);
}
