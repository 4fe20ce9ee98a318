import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PlaceAway } from "../memory/ports/archive.js";
import type { ArchivePlace, SegmentRef } from "../memory/ports/archive.js";

/** A segment's place below the archive's. A namespace may be a person's name, so its hash stands for it. */
export function pathOf({ namespace, segment }: SegmentRef): string {
  return `${createHash("sha256").update(namespace).digest("hex").slice(0, 32)}/${segment}.mneme`;
}

/** A directory, on a disk that all processes share. */
export function createDirectory(folder: string): ArchivePlace {
  const fileOf = (ref: SegmentRef): string => join(folder, pathOf(ref));
  return {
    name: `the directory ${folder}`,

    async put(ref, bytes) {
      const file = fileOf(ref);
      const unfinished = unfinishedOf(file);
      try {
        // Only below a folder that is there: a disk that isn't mounted must not be written beside.
        await mkdirBelow(folder, dirname(file));
        await writeDurably(unfinished, bytes);
        await rename(unfinished, file);
        await syncFolder(dirname(file));
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => {});
        throw away("write", error);
      }
    },

    async get(ref, signal) {
      try {
        return await readFile(fileOf(ref), { signal });
      } catch (error) {
        if (codeOf(error) === "ENOENT" && (await exists(folder))) return undefined;
        throw away("read", error);
      }
    },

    async remove(ref) {
      const file = fileOf(ref);
      try {
        await rm(file, { force: true });
        // Of a process that was killed while it wrote.
        await rm(unfinishedOf(file), { force: true });
        if (!(await exists(folder))) throw new Error("the folder isn't there");
        await syncFolder(dirname(file)).catch((error: unknown) => {
          if (codeOf(error) !== "ENOENT") throw error;
        });
      } catch (error) {
        throw away("delete", error);
      }
      // Of a namespace that holds nothing any more; not empty otherwise.
      await rmdir(dirname(file)).catch(() => {});
    },
  };
}

/** A segment is written once, by one process. */
const unfinishedOf = (file: string): string => `${file}.unfinished`;

async function mkdirBelow(folder: string, path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return;
  }
  await syncFolder(folder);
}

async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file's name is as durable as its folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(folder: string): Promise<boolean> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.close();
  return handle !== undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The path stays out of the message: a log is read by more people than the disk. */
function away(act: string, error: unknown): PlaceAway {
  const reason = codeOf(error) === "" ? "it isn't there" : codeOf(error);
  return new PlaceAway(`The archive's directory can't be used (${act}: ${reason}).`, { cause: error });
}
