import { open, rename } from "node:fs/promises";

/** Only its owner may read what a command writes of memories. */
export const PRIVATE = 0o600;

/** Writes a file whole: whatever happens in between, it is as it was or as it shall be. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const partial = `${path}.part`;
  const file = await open(partial, "w", PRIVATE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}
