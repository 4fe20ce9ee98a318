import { hash } from "node:crypto";

/**
 * The digest of a file's lines so far. Each line ends with 16 hexadecimal digits of it, so that a line that was changed,
 * lost, added or moved is found by its number; the whole state is this digest, so that a process goes on where another one stopped.
 */
export interface Chain {
  readonly lines: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

export const CHAIN_START: Chain = { lines: 0, digest: "0".repeat(64) };

const SUM = /,"sum":"([0-9a-f]{16})"\}$/;
const SUM_LENGTH = `,"sum":"${"0".repeat(16)}"}`.length;

function extend({ lines, digest }: Chain, body: string): Chain {
  return { lines: lines + 1, digest: hash("sha256", `${digest}\n${body}`) };
}

/** `json`: an object with a member at least. */
export function linked(chain: Chain, json: string): { readonly text: string; readonly chain: Chain } {
  const body = json.slice(0, -1);
  const next = extend(chain, body);
  return { text: `${body},"sum":"${next.digest.slice(0, 16)}"}`, chain: next };
}

/** The chain after a line, and the line without its sum; undefined: it isn't the line that belongs here. */
export function checked(
  chain: Chain,
  text: string,
): { readonly json: string; readonly chain: Chain } | undefined {
  const sum = SUM.exec(text.slice(-SUM_LENGTH))?.[1];
  if (sum === undefined) return undefined;
  const body = text.slice(0, -SUM_LENGTH);
  const next = extend(chain, body);
  return next.digest.startsWith(sum) ? { json: `${body}}`, chain: next } : undefined;
}
