import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildCurrent, ensureBuilt, whileNoOtherBuilds } from "./build.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { endWithNpm } from "./end-with-npm.mjs";
import { isClone, repositoryRoot } from "./root.mjs";

/**
 * Makes a fresh clone runnable: dependencies, then dist/. Does nothing where all is current, or in an installed package.
 *
 * @param {{ tools?: boolean }} [needs] `tools`: the dev dependencies, even if there is nothing to build
 */
export async function bootstrap({ tools = false } = {}) {
  endWithNpm();
  if (!isClone()) return;
  // Two starts at once must not run npm ci over each other.
  await whileNoOtherBuilds(() => {
    ensureDependencies({ dev: tools || !buildCurrent() });
    ensureBuilt();
  });
}

/**
 * Imports a compiled script.
 *
 * @param {string} name path below dist/scripts
 */
export async function importBuilt(name) {
  await import(pathToFileURL(join(repositoryRoot(), "dist", "scripts", name)).href);
}
