import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Told } from "../clients/client.js";
import { folder, provideFolder } from "./folder.js";

function fileOf(client: string, conversation: string): string {
  return join(folder(), createHash("sha256").update(`${client}\n${conversation}`).digest("hex"));
}

/** Holds the prompt of a conversation until its answer is there: most clients don't tell it again then. */
export function holdPrompt(client: string, { conversation, prompt }: Told): void {
  if (conversation === undefined || prompt === undefined) return;
  provideFolder();
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
