import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { Plugin } from "rolldown";

const MAIN = fileURLToPath(new URL("../../../dist/src/main.js", import.meta.url));

/**
 * Links the built service and its packages into a few files below TMPDIR, and gives its main file. To find, read and
 * link 1,500 modules is most of what a start costs, and the tests start hundreds of services.
 */
export async function bundleService(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "service-"));
  const bundle = await rolldown({
    input: MAIN,
    platform: "node",
    plugins: [keepAddresses],
    logLevel: "silent",
  });
  await bundle.write({ dir, format: "esm", entryFileNames: "main.mjs", chunkFileNames: "[name]-[hash].mjs" });
  await bundle.close();
  return join(dir, "main.mjs");
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
