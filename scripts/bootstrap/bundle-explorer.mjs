// node scripts/bootstrap/bundle-explorer.mjs FOLDER: bundles src/explorer/web for browsers into FOLDER. A process of its
// own, because the build waits for each of its steps, and rolldown gives promises.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { repositoryRoot } from "./root.mjs";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("Name the folder to write to.");
mkdirSync(target, { recursive: true });

const web = join(repositoryRoot(), "src", "explorer", "web");

const bundle = await rolldown({
  input: { app: join(web, "main.tsx") },
  platform: "browser",
  tsconfig: join(web, "tsconfig.json"),
  resolve: {
    // From the sources: a build of the client need not come first.
    alias: { "@mneme/client": join(repositoryRoot(), "src", "client", "src", "index.ts") },
    extensionAlias: { ".js": [".ts", ".tsx", ".js"] },
  },
});
const { output } = await bundle.write({
  dir: target,
  format: "esm",
  minify: true,
  entryFileNames: "[name]-[hash].js",
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();

const entry = output.find((chunk) => chunk.type === "chunk" && chunk.isEntry);
if (entry?.type !== "chunk") throw new Error("The bundle has no entry.");
const page = readFileSync(join(web, "index.html"), "utf8")
  .replace("{{script}}", entry.fileName)
  .replace(
    "{{preloads}}",
    entry.imports.map((file) => `<link rel="modulepreload" href="/explorer/${file}" />`).join("\n    "),
  )
  .replace("{{style}}", writeHashed("style", ".css", styles()))
  .replace("{{icon}}", writeHashed("icon", ".svg", readFileSync(join(web, "icon.svg"), "utf8")));
writeFileSync(join(target, "index.html"), page);

/** The style sheets in the order of their names, without comments and indentation. */
function styles() {
  const folder = join(web, "styles");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".css"))
    .toSorted()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n")
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\s*\n\s*/g, "\n")
    .trim();
}

/**
 * @param {string} name
 * @param {string} extension
 * @param {string} text
 * @returns {string} the name of the file, which changes with its content
 */
function writeHashed(name, extension, text) {
  const file = `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 10)}${extension}`;
  writeFileSync(join(/** @type {string} */ (target), file), text);
  return file;
}
