import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  isAuditUnusable,
  isIndexMissing,
  isIndexPresent,
  isNotLetIn,
  isOtherNode,
  isOutOfMemory,
  isPassing,
  isUnknownCommand,
  isWrongType,
  takesNoWrites,
} from "../../../src/redis/connection/error-replies.js";

/** What real servers replied: a line of JSON each. The caller says what a line of its file holds. */
export function recordedIn<Line>(name: string): Line[] {
  return readFileSync(join(import.meta.dirname, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** What the service asks of an error reply. */
const KINDS = {
  isAuditUnusable,
  isIndexMissing,
  isIndexPresent,
  isNotLetIn,
  isOtherNode,
  isOutOfMemory,
  isPassing,
  isUnknownCommand,
  isWrongType,
  takesNoWrites,
};
export type Kind = keyof typeof KINDS;

/** All kinds that an error is taken for. */
export const kindsOf = (error: unknown): string[] =>
  Object.entries(KINDS)
    .filter(([, is]) => is(error))
    .map(([name]) => name);

/**
 * What the recorded command and the error show by themselves; undefined for errors that nothing in the service asks
 * about: a caller's bad paths, syntax, ranges.
 */
export function kindOf(
  [command = "", key = "", argument = ""]: readonly string[],
  text: string,
): Kind | undefined {
  if (text.startsWith("MOVED")) return "isOtherNode";
  if (command === "FT.CREATE") return "isIndexPresent";
  if (command.startsWith("FT.") && key === "missing") return "isIndexMissing";
  if (command.startsWith("JSON.") && key === "h:1" && argument === "$") return "isWrongType";
  return undefined;
}
