import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The repository's root, found from both homes of a script: `scripts/` and the compiled `dist/scripts/`.
 *
 * @returns {string} an absolute path
 */
export function repositoryRoot() {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package-lock.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package-lock.json above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}
