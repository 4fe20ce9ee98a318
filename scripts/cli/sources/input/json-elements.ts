import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { JSONParser, TokenType } from "@streamparser/json";
import { messageOf } from "../../../shell/failure.js";
import type { Meter, SourceFile } from "../source.js";

export interface Element {
  /** File and place in it. */
  readonly where: string;
  /** The member whose list it is in; undefined: the document is a list. */
  readonly member?: string;
  readonly value?: unknown;
  readonly problem?: string;
}

/** A conversation with its whole tree is one element. */
export const MAX_ELEMENT_BYTES = 128 * 1024 * 1024;
/** Each open list or object costs the parser many times its one byte. */
const MAX_DEPTH = 512;

/**
 * The elements of the list that a JSON document is, or of lists that are members of it, one in memory at a time. What comes
 * after damage in the middle of a document can't be read: that is told, and ends the file.
 */
export async function* jsonElementsOf(
  file: SourceFile,
  meter: Meter,
  members: readonly string[] = [],
): AsyncGenerator<Element> {
  const name = basename(file.path);
  let parser: JSONParser | undefined;
  let found: Element[] = [];
  let read = 0;
  let since = 0;
  const give = (): Element[] => {
    const given = found;
    found = [];
    return given;
  };
  const start = (list: boolean): JSONParser => {
    if (!list && members.length === 0) throw new Error("it isn't a list");
    const paths = list ? ["$.*"] : members.map((member) => `$.${member}.*`);
    const started = new JSONParser({ paths, keepStack: false });
    started.onValue = ({ value, key, stack }) => {
      const member = list ? undefined : String(stack[1]?.key ?? "");
      const where = `${name}${member === undefined ? "" : ` ${member}`}[${String(key)}]`;
      found.push({ where, value, ...(member === undefined ? {} : { member }) });
      since = read;
    };
    let depth = 0;
    started.onToken = ({ token }) => {
      if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth++;
      else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth--;
      if (depth > MAX_DEPTH) throw new Error(`it is nested deeper than ${MAX_DEPTH} levels`);
    };
    return started;
  };
  try {
    for await (const chunk of createReadStream(file.path, { highWaterMark: 64 * 1024 })) {
      const bytes = chunk as Buffer;
      meter.bytes += bytes.length;
      read += bytes.length;
      parser ??= start(firstCharacter(bytes) === "[");
      parser.write(bytes);
      yield* give();
      if (read - since > MAX_ELEMENT_BYTES) {
        throw new Error(`no element ends within ${MAX_ELEMENT_BYTES / 1024 / 1024} MiB`);
      }
    }
    if (parser === undefined) throw new Error("it is empty");
    if (!parser.isEnded) throw new Error("it is truncated");
  } catch (error) {
    yield* give();
    // A parser may quote what it read, in any length.
    const problem = `the rest of the file can't be read: ${messageOf(error).slice(0, 160)}`;
    yield { where: `${name} before byte ${read}`, problem };
  }
}

function firstCharacter(bytes: Buffer): string {
  return bytes
    .toString("utf8", 0, Math.min(bytes.length, 4096))
    .replace(/^\uFEFF?\s*/, "")
    .charAt(0);
}
