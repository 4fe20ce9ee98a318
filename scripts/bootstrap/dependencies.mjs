import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./root.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean, dev?: boolean, link?: boolean }} Entry */

/**
 * Installs what the lock file asks for, unless node_modules already holds it. `npm install --no-save` keeps to the
 * lock file's versions and hashes and doesn't write it. Not `npm ci`: that takes node_modules away from under what
 * is running.
 *
 * @param {{ dev: boolean }} needs whether the compiler and the test tools must be there too
 */
export function ensureDependencies(needs) {
  const root = repositoryRoot();
  if (dependenciesCurrent(root, needs)) return;
  console.error("Installing dependencies ...");
  const { status, error } = spawnSync(
    "npm",
    [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--no-update-notifier",
      "--loglevel=error",
      ...(needs.dev ? ["--include=dev"] : []),
    ],
    { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" },
  );
  if (status !== 0) {
    console.error(`npm install failed${error ? `: ${error.message}` : ""}. Nothing was started.`);
    process.exit(1);
  }
}

/**
 * Compares the lock file with npm's own record of what it installed, so that a plain `npm install` counts.
 *
 * @param {string} root
 * @param {{ dev: boolean }} needs
 */
function dependenciesCurrent(root, { dev }) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (!path.includes("node_modules/")) return true;
    const found = installed[path];
    // npm leaves out optional packages of other platforms.
    if (found === undefined) return wanted.optional === true || (!dev && wanted.dev === true);
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @param {string} lockFile
 * @returns {Record<string, Entry>}
 */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
}
