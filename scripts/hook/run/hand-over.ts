import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isFields, textOf } from "../clients/client.js";
import type { Told } from "../clients/client.js";
import { folder, provideFolder } from "./folder.js";

/** What was handed over so long ago has no process any more that tries to store it. */
const LEFT_AFTER_MS = 60_000;

/** An exchange in a file. It stays there until it is stored, or dropped with the folder's old files. */
export interface HandedOver {
  readonly file: string;
  readonly told: Told;
  /** The same for every try, of whichever process: the exchange is stored once. */
  readonly once: string;
}

/** `way` says from where to where: only hooks of the same way store what another one of them left. */
const prefixOf = (way: readonly (string | undefined)[]): string =>
  `exchange-${createHash("sha256").update(JSON.stringify(way)).digest("hex").slice(0, 16)}-`;

/** Writes what a client told to a file for the process that stores it. Returns the file's path. */
export function handOver(told: Told, way: readonly (string | undefined)[]): string {
  provideFolder();
  const file = join(folder(), `${prefixOf(way)}${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(told), { mode: 0o600 });
  return file;
}

/** Reads the file of {@link handOver}. */
export function takeOver(file: string): HandedOver {
  const told: unknown = JSON.parse(readFileSync(file, "utf8"));
  const fields = isFields(told) ? told : {};
  return {
    file,
    once: basename(file, ".json").slice(-randomUUID().length),
    told: {
      conversation: textOf(fields["conversation"]),
      folder: textOf(fields["folder"]),
      prompt: textOf(fields["prompt"]),
      answer: textOf(fields["answer"]),
    },
  };
}

/** Removes the file of what is stored. */
export function settle({ file }: HandedOver): void {
  rmSync(file, { force: true });
}

/** Files of exchanges that no process of this way could store so far, the oldest first. */
export function leftOver(way: readonly (string | undefined)[]): readonly string[] {
  const prefix = prefixOf(way);
  const timed = readdirSync(folder())
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const file = join(folder(), name);
      const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
      return at === undefined || Date.now() - at < LEFT_AFTER_MS ? [] : [{ file, at }];
    });
  return timed.toSorted((a, b) => a.at - b.at).map(({ file }) => file);
}
