import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Told } from "../clients/client.js";

/** A prompt whose answer never came is dropped after a day. */
const DROPPED_AFTER_MS = 24 * 3600 * 1000;

const folder = (): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "mneme", "hooks");

function fileOf(client: string, conversation: string): string {
  return join(folder(), createHash("sha256").update(`${client}\n${conversation}`).digest("hex"));
}

/** Holds the prompt of a conversation until its answer is there: most clients don't tell it again then. */
export function holdPrompt(client: string, { conversation, prompt }: Told): void {
  if (conversation === undefined || prompt === undefined) return;
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  dropOld();
  writeFileSync(fileOf(client, conversation), prompt, { mode: 0o600 });
}

/** The prompt that the answer is to; each is given once. */
export function takePrompt(client: string, { conversation }: Told): string | undefined {
  if (conversation === undefined) return undefined;
  const file = fileOf(client, conversation);
  try {
    const prompt = readFileSync(file, "utf8");
    rmSync(file, { force: true });
    return prompt;
  } catch {
    return undefined;
  }
}

function dropOld(): void {
  for (const name of readdirSync(folder())) {
    const file = join(folder(), name);
    try {
      if (Date.now() - statSync(file).mtimeMs > DROPPED_AFTER_MS) rmSync(file, { force: true });
    } catch {
      // Another hook was faster.
    }
  }
}
