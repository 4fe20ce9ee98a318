import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { Failure, messageOf } from "../../../shell/failure.js";
import type { SourceFile } from "../source.js";

const MAX_FILES = 100_000;

/** A file, or those of a folder that the source knows, in the order of their names with their numbers as numbers. */
export async function sourceFiles(path: string, isFile: (name: string) => boolean): Promise<SourceFile[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Failure(`${path} can't be read: ${messageOf(error)}`, { cause: error });
  });
  if (!found.isDirectory()) return [{ path, bytes: found.size }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((each) => isFile(relative(path, each)));
  if (paths.length === 0) throw new Failure(`${path} is a folder without files of this source.`);
  if (paths.length > MAX_FILES) throw new Failure(`${path} has more than ${MAX_FILES} files.`);
  const sorted = paths.toSorted(new Intl.Collator("en", { numeric: true }).compare);
  return Promise.all(sorted.map(async (each) => ({ path: each, bytes: (await stat(each)).size })));
}

/** Without its folder and its ending. */
export const stemOf = (path: string): string => basename(path).replace(/\.[^.]+$/, "");
