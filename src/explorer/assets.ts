import { readFile, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { storeFile } from "../http/responses/stored-file.js";
import type { StoredFile } from "../http/responses/stored-file.js";

/** What the build made of `web/`: see `scripts/bootstrap/bundle-explorer.mjs`. */
const FOLDER = join(import.meta.dirname, "assets");
const PAGE = "index.html";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page, and the files that it loads by name. Only these names are served: no path of a caller's reaches the disk. */
export interface Assets {
  readonly page: StoredFile;
  readonly files: ReadonlyMap<string, StoredFile>;
}

export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, StoredFile>();
  for (const name of await readdir(FOLDER)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(name, storeFile(type, await readFile(join(FOLDER, name), "utf8")));
  }
  const page = files.get(PAGE);
  if (page === undefined) throw new Error(`The build made no ${PAGE} in ${FOLDER}.`);
  files.delete(PAGE);
  return { page, files };
}
