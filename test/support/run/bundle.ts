import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { Plugin } from "rolldown";
import { sourcesFingerprint } from "../../../scripts/bootstrap/build.mjs";
import { repositoryRoot } from "../../../scripts/bootstrap/root.mjs";

const SERVICE = fileURLToPath(new URL("../../../dist/src/main.js", import.meta.url));
const COMMANDS = fileURLToPath(new URL("../../../dist/scripts/cli/main.js", import.meta.url));

/** What was linked stays for the next run of the same build. */
const CACHE = join(repositoryRoot(), "node_modules", ".cache", "bundles");
const USED_MS = 3_600_000;

/**
 * Links the built service and its packages into a few files, compiles them, and gives the file that starts it. To find,
 * read, link and compile 1,500 modules is most of what a start costs, and the tests start hundreds of services.
 */
export function bundleService(): Promise<string> {
  return bundle(SERVICE, "start-service.cjs", "--prepare");
}

/** Likewise the command line, which tests run hundreds of times: gives the file that runs a command. */
export function bundleCommands(): Promise<string> {
  // The help loads all commands.
  return bundle(COMMANDS, "start-command.cjs", "--help");
}

/** @param loads with what the program loads what is to be compiled */
async function bundle(main: string, start: string, loads: string): Promise<string> {
  const own = ["bundle.ts", "cached.cjs", start].map((name) => readFileSync(join(import.meta.dirname, name)));
  const hash = createHash("sha256").update(sourcesFingerprint()).update(process.version);
  for (const content of own) hash.update(content);
  const name = `${basename(start, ".cjs")}-${hash.digest("hex").slice(0, 16)}`;
  const dir = join(CACHE, name);
  if (!existsSync(dir)) {
    mkdirSync(CACHE, { recursive: true });
    const draft = mkdtempSync(join(CACHE, "draft-"));
    await link(main, draft);
    for (const file of ["cached.cjs", start])
      copyFileSync(join(import.meta.dirname, file), join(draft, file));
    execFileSync(process.execPath, [join(draft, start), loads]);
    publish(draft, dir);
    removeFormer(name);
  }
  return join(dir, start);
}

async function link(main: string, dir: string): Promise<void> {
  const linked = await rolldown({
    input: main,
    platform: "node",
    plugins: [keepAddresses(main), awaitInFunction],
    logLevel: "silent",
  });
  await linked.write({ dir, format: "cjs", entryFileNames: "main.cjs", chunkFileNames: "[name]-[hash].cjs" });
  await linked.close();
}

/** Another run may have made the same one meanwhile. */
function publish(draft: string, dir: string): void {
  try {
    renameSync(draft, dir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(dir)) throw error;
  }
}

/** Removes bundles of other builds that no run uses any more. */
function removeFormer(current: string): void {
  for (const name of readdirSync(CACHE)) {
    const dir = join(CACHE, name);
    if (name !== current && Date.now() - statSync(dir).mtimeMs > USED_MS)
      rmSync(dir, { recursive: true, force: true });
  }
}

/** A module goes on finding its scripts, its worker and its packages where it was; the main file must know itself. */
const keepAddresses = (main: string): Plugin => ({
  name: "keep-addresses",
  transform(code, id) {
    if (id === main || !code.includes("import.meta.")) return null;
    return code
      .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
      .replaceAll("import.meta.dirname", JSON.stringify(dirname(id)));
  },
});

/** CommonJS has no `await` outside a function: what follows the imports of the command line goes into one. */
const awaitInFunction: Plugin = {
  name: "await-in-function",
  transform(code, id) {
    if (id !== COMMANDS) return null;
    const end = code.indexOf("\n", code.lastIndexOf("\nimport ") + 1);
    return `${code.slice(0, end)}\nvoid (async () => {${code.slice(end)}\n})();`;
  },
};
