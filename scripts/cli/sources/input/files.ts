import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { Failure, messageOf } from "../../../shell/failure.js";
import type { SourceFile } from "../source.js";

const MAX_FILES = 100_000;

export interface SourceFiles {
  readonly files: readonly SourceFile[];
  /** Folders that can't be read. */
  readonly unread: readonly { readonly where: string; readonly reason: string }[];
}

/** A file, or those of a folder that the source knows, in the order of their names with their numbers as numbers. */
export async function sourceFiles(path: string, isFile: (name: string) => boolean): Promise<SourceFiles> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Failure(`${path} can't be read: ${messageOf(error)}`, { cause: error });
  });
  if (!found.isDirectory()) return { files: [{ path, name: basename(path), bytes: found.size }], unread: [] };
  const paths: string[] = [];
  const unread: { where: string; reason: string }[] = [];
  for (const open = [path]; open.length > 0;) {
    const folder = open.pop() ?? path;
    try {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        const each = join(folder, entry.name);
        if (entry.isDirectory()) open.push(each);
        else if (entry.isFile() && isFile(relative(path, each))) paths.push(each);
      }
    } catch (error) {
      unread.push({ where: relative(path, folder) || path, reason: `it can't be read: ${messageOf(error)}` });
    }
    if (paths.length > MAX_FILES) throw new Failure(`${path} has more than ${MAX_FILES} files.`);
  }
  if (paths.length + unread.length === 0) {
    throw new Failure(`${path} is a folder without files of this source.`);
  }
  const files = paths.toSorted(new Intl.Collator("en", { numeric: true }).compare).map(async (each) => {
    // Whoever reads it says that it has vanished.
    const size = await stat(each).catch(() => undefined);
    return { path: each, name: relative(path, each), bytes: size?.size ?? 0 };
  });
  return { files: await Promise.all(files), unread };
}

/** Without its folder and its ending. */
export const stemOf = (path: string): string => withoutEnding(basename(path));

export const withoutEnding = (path: string): string => path.replace(/\.[^./]+$/, "");
