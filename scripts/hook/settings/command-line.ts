import { Failure } from "../../shell/failure.js";

/** A command line that a shell takes apart into these words again. */
export function commandLine(words: readonly string[], platform: NodeJS.Platform = process.platform): string {
  return words.map((word) => (platform === "win32" ? quotedForCmd(word) : quotedForShell(word))).join(" ");
}

const PLAIN = /^[\w./:@%+,=-]+$/;

function quotedForShell(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function quotedForCmd(word: string): string {
  if (/["%!^&|<>\r\n]/.test(word)) {
    throw new Failure(`${JSON.stringify(word)} has a character that a Windows command line can't hold.`);
  }
  return /^[\w.:@+,=\\/-]+$/.test(word) ? word : `"${word}"`;
}
