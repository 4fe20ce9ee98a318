import { isIPv6 } from "node:net";
import type { Found, Sought } from "./found.js";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const V4 = new RegExp(
  String.raw`(?<![\p{L}\p{N}_.-])${OCTET}(?:\.${OCTET}){3}(?![\p{L}\p{N}_]|\.\d|-\d)`,
  "gu",
);
/** Whole runs: each is looked at once. */
const V6_RUNS = /(?<![\p{L}\p{N}_:.])[0-9A-Fa-f:.]+(?![\p{L}\p{N}_])/gu;
const LONGEST = 45;
/** "version 1.2.3.4", "v. 1.2.3.4" */
const VERSION = /(?:\bv(?:ersion|er)?|\brelease|\bbuild|§|section)[\s.:]*$/iu;
const WITHIN = 12;
/** Nobody's own: unspecified, loopback, broadcast, and masks. */
const NOT_PERSONAL = /^(?:0\.|127\.|255\.)/;

/** Addresses of the Internet Protocol, version 4 and 6. */
export function findAddresses({ text }: Sought): Found[] {
  const found: Found[] = [];
  for (const { index, 0: address } of text.matchAll(V4)) {
    if (NOT_PERSONAL.test(address) || VERSION.test(text.slice(Math.max(0, index - WITHIN), index))) continue;
    found.push({ kind: "ip", start: index, end: index + address.length, value: address });
  }
  if (!text.includes(":")) return found;
  for (const { index, 0: run } of text.matchAll(V6_RUNS)) {
    const address = run.length > LONGEST + 2 ? "" : run.replace(/[.:]+$/, "");
    if (!isPersonalV6(run) && !isPersonalV6(address)) continue;
    const whole = isPersonalV6(run) ? run : address;
    found.push({ kind: "ip", start: index, end: index + whole.length, value: whole.toLowerCase() });
  }
  return found;
}

/** Not `::1`, and not `a::b` of a programming language. */
function isPersonalV6(text: string): boolean {
  if (text.length > LONGEST || !/\d/.test(text) || !isIPv6(text)) return false;
  const groups = text.split(/:+/).filter((group) => group !== "");
  return groups.length >= 3 || (groups.length === 2 && groups[0]?.length === 4);
}
