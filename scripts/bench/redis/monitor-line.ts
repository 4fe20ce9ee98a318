/** A command as Redis ran it. */
export interface SeenCommand {
  /** `127.0.0.1:60866`, or `lua` for what a script called. */
  readonly source: string;
  /** Raw bytes: an argument may be a vector. */
  readonly args: readonly Buffer[];
}

const LINE = /^[\d.]+ \[\d+ ([^\]]+)\] (.*)$/s;
const ARGUMENT = /"((?:[^"\\]|\\.)*)"/gs;
const ESCAPE = /\\(?:x([0-9a-f]{2})|(.))/gs;
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b" };

/** Reads a line of MONITOR, whose arguments are quoted as by `sdscatrepr` of Redis. */
export function parseMonitorLine(line: string): SeenCommand | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, source = "", quoted = ""] = match;
  return { source, args: [...quoted.matchAll(ARGUMENT)].map(([, text = ""]) => unescape(text)) };
}

function unescape(text: string): Buffer {
  const bytes = text.replaceAll(ESCAPE, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (CONTROLS[character] ?? character) : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}
