import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../src/redis/", import.meta.url));

/** A call of a script's binding, with its arguments as they are written. */
export interface ScriptCall {
  readonly binding: string;
  readonly place: string;
  /** Of its file. */
  readonly code: string;
  readonly args: readonly string[];
}

/** Where in the service's sources a list or a call ends that begins at a bracket, and what is between its commas. */
function partsFrom(code: string, open: number): { readonly parts: string[]; readonly end: number } {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < code.length; at++) {
    const letter = code.charAt(at);
    if (`"'\``.includes(letter)) {
      for (at += 1; code.charAt(at) !== letter; at++) if (code.charAt(at) === "\\") at += 1;
    } else if ("([{".includes(letter)) depth += 1;
    else if (")]}".includes(letter)) depth -= 1;
    if (depth === 0 || (depth === 1 && letter === ",")) {
      const part = code.slice(from, at).trim();
      if (part !== "") parts.push(part);
      from = at + 1;
      if (depth === 0) return { parts, end: at };
    }
  }
  throw new Error("a bracket that isn't closed");
}

/** The elements of a list, written in a call or as a constant of its file; undefined for another expression. */
export function elementsOf(
  { code }: Pick<ScriptCall, "code">,
  expression: string,
): readonly string[] | undefined {
  const constant = /^\w+$/.test(expression)
    ? new RegExp(`const ${expression}(?:: [^=]+)? = \\[`).exec(code)
    : null;
  const list = constant === null ? expression : code.slice(constant.index + constant[0].length - 1);
  if (!list.startsWith("[")) return undefined;
  const { parts, end } = partsFrom(list, 0);
  if (constant === null && end !== list.length - 1) return undefined;
  return parts.flatMap((part) => {
    const spread = /^\.\.\.(\w+)$/.exec(part)?.[1];
    return (spread === undefined ? undefined : elementsOf({ code }, spread)) ?? [part];
  });
}

export function callsOf(bindings: readonly string[]): readonly ScriptCall[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const call = new RegExp(`\\.(${bindings.join("|")})\\(`, "g");
  return files.flatMap((place) => {
    // Comments may hold quotes and brackets.
    const code = readFileSync(`${ROOT}${place}`, "utf8").replaceAll(/\/\*.*?\*\/|^\s*\/\/[^\n]*/gms, "");
    return [...code.matchAll(call)].map(({ 0: text, 1: binding = "", index }) => ({
      binding,
      place,
      code,
      args: partsFrom(code, index + text.length - 1).parts,
    }));
  });
}
