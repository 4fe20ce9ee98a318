import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { Plugin } from "rolldown";

const MAIN = fileURLToPath(new URL("../../../dist/src/main.js", import.meta.url));

const START = fileURLToPath(new URL("start-cached.cjs", import.meta.url));

/**
 * Links the built service and its packages into a few files below TMPDIR, compiles them, and gives the file that starts
 * it. To find, read, link and compile 1,500 modules is most of what a start costs, and the tests start hundreds of
 * services.
 */
export async function bundleService(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "service-"));
  const bundle = await rolldown({
    input: MAIN,
    platform: "node",
    plugins: [keepAddresses],
    logLevel: "silent",
  });
  await bundle.write({ dir, format: "cjs", entryFileNames: "main.cjs", chunkFileNames: "[name]-[hash].cjs" });
  await bundle.close();
  const start = join(dir, "start.cjs");
  copyFileSync(START, start);
  execFileSync(process.execPath, [start, "--prepare"]);
  return start;
}

/** A module goes on finding its scripts, its worker and its packages where it was; the main file must know itself. */
const keepAddresses: Plugin = {
  name: "keep-addresses",
  transform(code, id) {
    if (id === MAIN || !code.includes("import.meta.")) return null;
    return code
      .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
      .replaceAll("import.meta.dirname", JSON.stringify(dirname(id)));
  },
};
