import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const owned = new Map<number, string | undefined>();

/** A process that must not outlive this one, nor must its temporary folder, however we end short of SIGKILL. */
export function ownProcess(pid: number, folder?: string): void {
  killThemAtExit();
  owned.set(pid, folder);
}

/** Call it once the process has ended. */
export function disownProcess(pid: number): void {
  removeFolder(owned.get(pid));
  owned.delete(pid);
}

function removeFolder(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

const GRACE_MS = 10_000;

/** Ends a child with SIGTERM, and with SIGKILL when it doesn't heed that within 10 s. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const patience = new AbortController();
    await Promise.race([exited, sleep(GRACE_MS, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
  if (child.pid !== undefined) disownProcess(child.pid);
}

let armed = false;

function killThemAtExit(): void {
  if (armed) return;
  armed = true;
  process.on("exit", () => {
    for (const [pid, folder] of owned) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
      removeFolder(folder);
    }
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
}
