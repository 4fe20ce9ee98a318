import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isFields, textOf } from "../clients/client.js";
import type { Told } from "../clients/client.js";
import { folder, provideFolder } from "./folder.js";

/** Writes what a client told to a file for the process that stores it. Returns the file's path. */
export function handOver(told: Told): string {
  provideFolder();
  const file = join(folder(), `exchange-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(told), { mode: 0o600 });
  return file;
}

/** Reads and removes the file of {@link handOver}. */
export function takeOver(file: string): Told {
  const text = readFileSync(file, "utf8");
  rmSync(file, { force: true });
  const told: unknown = JSON.parse(text);
  const fields = isFields(told) ? told : {};
  return {
    conversation: textOf(fields["conversation"]),
    folder: textOf(fields["folder"]),
    prompt: textOf(fields["prompt"]),
    answer: textOf(fields["answer"]),
  };
}
