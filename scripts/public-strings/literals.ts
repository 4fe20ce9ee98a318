import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text in a source file, as it is written there: placeholders of a template are `…`. */
export interface Literal {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//;
const REGEX = /(?<=[(,=:[!&|?{};]\s*)\/(?![*/\s])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/;
const PLACEHOLDER = /\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/;
const TEMPLATE = new RegExp(`\`(?:[^\`\\\\$]|\\\\[^]|\\$(?!\\{)|${PLACEHOLDER.source})*\``);
const TOKEN = new RegExp([COMMENT, REGEX, QUOTED, TEMPLATE].map(({ source }) => source).join("|"), "g");

/** The texts of more than one word in the TypeScript files of some folders. Adjacent ones joined by `+` stay apart. */
export function literalsOf(root: string, ...folders: readonly string[]): Literal[] {
  return tokensOf(root, folders).flatMap(({ file, line, text: token }) => {
    if (token.startsWith("/")) return [];
    const text = token.slice(1, -1).replaceAll(new RegExp(PLACEHOLDER, "g"), "…");
    return /\p{L}\S* \S*\p{L}/u.test(text) ? [{ file, line, text }] : [];
  });
}

/** The comments in the TypeScript files of some folders, each line of a `//` comment by itself. */
export function commentsOf(root: string, ...folders: readonly string[]): Literal[] {
  return tokensOf(root, folders).flatMap(({ file, line, text: token }) => {
    if (!/^\/[/*]/.test(token)) return [];
    const text = token.replace(/\*\/$/, "").replaceAll(/^[\s/*]+/gm, "");
    return [{ file, line, text: text.replaceAll(/\s+/g, " ").trim() }];
  });
}

function tokensOf(root: string, folders: readonly string[]): Literal[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("/dist/"))
      .flatMap((name) => tokensIn(`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8"))),
  );
}

function tokensIn(file: string, source: string): Literal[] {
  return [...source.matchAll(TOKEN)].map(({ 0: text, index }) => ({
    file,
    line: source.slice(0, index).split("\n").length,
    text,
  }));
}
