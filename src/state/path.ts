import type { DomainError } from "../domain/errors.js";
import { invalid } from "../domain/errors.js";

const MAX_BYTES = 512;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs;

/**
 * Lets a JSONPath pass that RedisJSON evaluates in time that grows with the document alone; else throws
 * `invalid_request`.
 *
 * Redis does nothing else meanwhile, and a path can multiply: `$[?(@.a==$[*].a)]` compares all with all and took 55 s
 * on 256 KiB, `$..*..*..*` makes 76 MB of them, each union of equal names doubles what follows. So: one recursive
 * descent, one union, two filters, and in a filter only names and places of the element itself. A regular expression
 * would be compiled for each element. That it begins with `$` keeps it from being read as an option of JSON.GET.
 */
export function checkPath(field: string, path: string): void {
  const problem = pathProblem(path);
  if (problem !== undefined) throw invalid(field, problem);
}

/** As {@link checkPath}, of a path at which something is written. Gives the levels above it, rather too many than too few. */
export function checkWritePath(field: string, path: string): number {
  checkPath(field, path);
  const bare = path.replaceAll(QUOTED, "''");
  // It would lead as deep as the document is, and each write could make that deeper.
  if (bare.includes(".."))
    throw invalid(field, "Must not hold a recursive descent (..) where something is written.");
  return count(bare, /[.[]/g);
}

export function badPath(field: string): DomainError {
  return invalid(field, "RedisJSON can't read it as JSONPath.");
}

function pathProblem(path: string): string | undefined {
  if (!path.startsWith("$")) return "Must be a JSONPath, which begins with $.";
  if (Buffer.byteLength(path) > MAX_BYTES) return `Must not exceed ${MAX_BYTES} bytes.`;
  if (!path.isWellFormed()) return "Must be well-formed Unicode (it has a lone surrogate).";
  const bare = path.replaceAll(QUOTED, "''");
  if (count(bare, /\.\./g) > 1) return "Must not hold more than one recursive descent (..).";
  if (count(bare, /\[[^\]]*,/g) > 1) return "Must not hold more than one union ([a,b]).";
  const filters = bare.split("?").slice(1);
  if (filters.length > 2) return "Must not hold more than two filters.";
  // From the first filter to the end, since where a filter ends is a question for a parser.
  const first = bare.indexOf("?");
  if (first !== -1 && /[$*,:]|\.\.|=~/.test(bare.slice(first))) {
    return "From the first filter on, only names, places and comparisons of them with constants are taken: no $, *, .., =~, union or slice.";
  }
  if (first !== -1 && count(bare, /\(/g) > 16) return "Must not hold more than 16 parentheses.";
  return undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
