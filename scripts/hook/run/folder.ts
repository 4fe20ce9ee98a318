import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A prompt whose answer never came, and an exchange that was never stored, are dropped after a day. */
const DROPPED_AFTER_MS = 24 * 3600 * 1000;

/** What hooks of a user hold between two moments. */
export const folder = (): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "mneme", "hooks");

/** Makes the folder, which only its user reads, and drops what is old. */
export function provideFolder(): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder())) {
    const file = join(folder(), name);
    try {
      if (Date.now() - statSync(file).mtimeMs > DROPPED_AFTER_MS) rmSync(file, { force: true });
    } catch {
      // Another hook was faster.
    }
  }
}
