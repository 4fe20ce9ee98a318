import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { LIMITS } from "../../src/domain/limits.js";
import { Failure, messageOf } from "../shell/failure.js";

export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
  /** Where the next line begins, bytes. */
  readonly end: number;
}

const NEWLINE = 0x0a;

/** The lines of a file, one in memory at a time. A last line without its end isn't whole, and isn't given. */
export async function* linesOf(file: string): AsyncGenerator<FileLine> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  let end = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE, from)) {
        const line = rest.subarray(from, at);
        from = at + 1;
        number++;
        end += line.length + 1;
        if (!isUtf8(line)) throw new Failure(`${file}: Line ${number} isn't UTF-8.`);
        yield { number, text: line.toString("utf8"), end };
      }
      rest = rest.subarray(from);
      if (rest.length > LIMITS.lineBytes + 64) {
        throw new Failure(`${file}: Line ${number + 1} exceeds ${LIMITS.lineBytes} bytes.`);
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
}
