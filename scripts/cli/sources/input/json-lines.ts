import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { messageOf } from "../../../shell/failure.js";
import type { Meter, SourceFile } from "../source.js";
import { jsonObjectsIn } from "./json-objects.js";

export interface Line {
  /** File and line. */
  readonly where: string;
  /** The line's number; for a further value on it, with its position there: `7.2`. */
  readonly place: string;
  /** Undefined: the line isn't JSON. */
  readonly value?: unknown;
  readonly problem?: string;
}

/** Session lines may hold screenshots as base64. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The values of a file of JSON lines, one line in memory at a time. A line that is damaged or too long is told, and the next
 * one is read. Two values on one line are two.
 */
export async function* jsonLinesOf(file: SourceFile, meter: Meter): AsyncGenerator<Line> {
  const name = basename(file.path);
  let last = 0;
  try {
    for await (const { number, text } of rawLines(file, meter)) {
      last = number;
      const where = `${name}:${number}`;
      let place = String(number);
      if (text === undefined) {
        yield { where, place, problem: `the line exceeds ${MAX_LINE_BYTES / 1024 / 1024} MiB` };
      } else if (text.trim() !== "") {
        let position = 1;
        for (const found of jsonObjectsIn(text)) {
          yield { where, place, ...found };
          place = `${number}.${++position}`;
        }
      }
    }
  } catch (error) {
    // Only what reads the file throws: it has vanished, or its disk fails.
    const problem = `the rest of the file can't be read: ${messageOf(error)}`;
    yield { where: `${name}:${last + 1}`, place: String(last + 1), problem };
  }
}

interface RawLine {
  readonly number: number;
  /** Undefined: it is too long. */
  readonly text: string | undefined;
}

async function* rawLines({ path }: SourceFile, meter: Meter): AsyncGenerator<RawLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 0;
  const taken = (last: Buffer): RawLine => {
    const long = length + last.length > MAX_LINE_BYTES;
    const text = long ? undefined : Buffer.concat([...pieces, last]).toString("utf8");
    pieces = [];
    length = 0;
    number++;
    return { number, text: number === 1 ? text?.replace(/^\uFEFF/, "") : text };
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer;
    meter.bytes += bytes.length;
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      yield taken(bytes.subarray(from, at));
      from = at + 1;
    }
    const rest = bytes.subarray(from);
    length += rest.length;
    // Of a line that is too long only the length is kept.
    if (length > MAX_LINE_BYTES) pieces = [];
    else if (rest.length > 0) pieces.push(rest);
  }
  if (length > 0) {
    length = length > MAX_LINE_BYTES ? length : 0;
    yield taken(Buffer.alloc(0));
  }
}
