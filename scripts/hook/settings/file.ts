import {
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure, messageOf } from "../../shell/failure.js";
import { isFields } from "../clients/client.js";
import type { Fields } from "../clients/client.js";

/** A settings file; undefined: there is none. */
export function readSettings(file: string): Fields | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Failure(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
  if (text.trim() === "") return {};
  try {
    const settings: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    if (isFields(settings)) return settings;
  } catch (error) {
    throw new Failure(
      `${file} isn't plain JSON (${messageOf(error)}), so it can't be changed without losing something. Nothing was changed: \`--dry-run\` prints the hooks to add by hand.`,
      { cause: error },
    );
  }
  throw new Failure(`${file} doesn't contain a JSON object. Nothing was changed.`);
}

/** Replaces a settings file in one step, after a copy of it; returns the copy's path, if there was a file. */
export function writeSettings(file: string, settings: Fields): string | undefined {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  // A link to a file elsewhere, as people with dotfiles have it, stays one.
  const target = existing(file) ?? file;
  mkdirSync(dirname(target), { recursive: true });
  const mode = existing(file) === undefined ? 0o600 : statSync(target).mode & 0o777;
  const backup = existing(file) === undefined ? undefined : backupOf(target);
  const fresh = `${target}.${process.pid}.tmp`;
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, target);
  return backup;
}

/** A backup of that moment that is there already is of what was there before this change too: it stays. */
function backupOf(file: string): string {
  const backup = `${file}.mneme-backup-${new Date().toISOString().replaceAll(/[-:.]/g, "")}`;
  try {
    copyFileSync(file, backup, constants.COPYFILE_EXCL);
  } catch (error) {
    if (!isThere(error)) throw error;
  }
  return backup;
}

function existing(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function isThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
