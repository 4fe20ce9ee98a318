import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { Plugin } from "rolldown";

const SERVICE = fileURLToPath(new URL("../../../dist/src/main.js", import.meta.url));
const COMMANDS = fileURLToPath(new URL("../../../dist/scripts/cli/main.js", import.meta.url));

/**
 * Links the built service and its packages into a few files below TMPDIR, compiles them, and gives the file that starts
 * it. To find, read, link and compile 1,500 modules is most of what a start costs, and the tests start hundreds of
 * services.
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
  const dir = mkdtempSync(join(tmpdir(), "bundle-"));
  const linked = await rolldown({
    input: main,
    platform: "node",
    plugins: [keepAddresses(main), awaitInFunction],
    logLevel: "silent",
  });
  await linked.write({ dir, format: "cjs", entryFileNames: "main.cjs", chunkFileNames: "[name]-[hash].cjs" });
  await linked.close();
  for (const file of ["cached.cjs", start]) {
    copyFileSync(fileURLToPath(new URL(file, import.meta.url)), join(dir, file));
  }
  execFileSync(process.execPath, [join(dir, start), loads]);
  return join(dir, start);
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
