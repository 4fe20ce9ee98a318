import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { cacheDir } from "../downloads/cache.js";
import { dataDir } from "../shell/env.js";
import type { Env } from "../shell/env.js";
import { ok, problem, warning } from "./finding.js";
import type { Finding } from "./finding.js";

const MEBIBYTE = 1024 ** 2;
/** An append-only file is rewritten beside the one in use. */
const ROOMY = 2048 * MEBIBYTE;
const NEEDED = 256 * MEBIBYTE;

/** Room and permission where mneme writes: the data of its own Redis, and downloads. */
export async function* checkDisk(env: Env): AsyncGenerator<Finding> {
  const folders = [
    ...(env["REDIS_URL"] ? [] : [{ what: "data", folder: dataDir(env), setting: "MNEME_DATA_DIR" }]),
    { what: "downloads", folder: cacheDir(env), setting: "MNEME_CACHE_DIR" },
  ];
  for (const { what, folder, setting } of folders) {
    const existing = nearest(folder);
    if (!statSync(existing).isDirectory()) {
      yield problem(
        "disk",
        `${existing} isn't a folder, so ${folder} can't be made: set ${setting} to another one.`,
      );
      continue;
    }
    const free = freeBytes(existing);
    const left = `${Math.floor(free / MEBIBYTE)} MiB are left`;
    if (!isWritable(existing)) {
      yield problem(
        "disk",
        `${existing} can't be written to, where mneme keeps its ${what}: change its permissions, or set ${setting} to another folder.`,
      );
    } else if (free < NEEDED) {
      yield problem(
        "disk",
        `${left} for ${what} in ${folder}: make room, or set ${setting} to a larger disk.`,
      );
    } else if (free < ROOMY && what === "data") {
      yield warning("disk", `${left} for ${what} in ${folder}: make room before the memories need it.`);
    } else {
      yield ok("disk", `${left} for ${what} in ${folder}.`);
    }
  }
}

/** The folder, or the one above it in which it would be made. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
