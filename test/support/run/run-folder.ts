import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives this run a temporary folder of its own, as TMPDIR of all that the tests start, and leaves a process behind
 * that ends when we end, however that is: it then kills what still runs with that TMPDIR, and removes the folder.
 */
export function openRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), "mneme-test-"));
  process.env["TMPDIR"] = folder;
  const sweeper = spawn(process.execPath, [join(import.meta.dirname, "sweeper.mjs"), folder], {
    // Out of reach of a Ctrl-C in the terminal. The end of its stdin is the end of this process.
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  sweeper.unref();
  // A pipe is a socket here: its type doesn't know that it can be let go of.
  if ("unref" in sweeper.stdin && typeof sweeper.stdin.unref === "function") sweeper.stdin.unref();
}
