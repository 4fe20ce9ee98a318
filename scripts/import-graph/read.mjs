import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;

/**
 * Which file of a tree imports which other, types included.
 *
 * @param {string} root an absolute path
 * @param {string} folder below `root`, such as `src`
 * @returns {Map<string, Set<string>>} by file, with `/`, relative to `root`
 */
export function readImports(root, folder) {
  const files = new Set(
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .filter((entry) => !entry.parentPath.split(sep).includes("dist"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
  );
  const imports = new Map();
  for (const file of [...files].toSorted()) {
    const text = readFileSync(join(root, file), "utf8");
    const targets = [...text.matchAll(IMPORT)]
      .map(([, specifier = ""]) => posix.join(dirname(file), specifier).replace(/\.js$/, ".ts"))
      .map((target) => (files.has(target) ? target : `${target}x`))
      .filter((target) => files.has(target));
    imports.set(file, new Set(targets));
  }
  return imports;
}
