import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The root of the clone, or of the installed package, found from both homes of a script: `scripts/` and the compiled
 * `dist/scripts/`.
 *
 * @returns {string} an absolute path
 */
export function repositoryRoot() {
  let folder = import.meta.dirname;
  while (!isRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json of mneme above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}

/** Whether this is a clone, which can be built. An installed package has no sources, and its folder isn't ours to write to. */
export function isClone() {
  return existsSync(join(repositoryRoot(), "tsconfig.json"));
}

/** @param {string} folder */
function isRoot(folder) {
  const file = join(folder, "package.json");
  return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === "mneme";
}
