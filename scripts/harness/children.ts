import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const owned = new Set<number>();

/** Processes that must not outlive this one, however it ends short of SIGKILL. */
export function ownProcess(pid: number): void {
  if (owned.size === 0) killThemAtExit();
  owned.add(pid);
}

export function disownProcess(pid: number): void {
  owned.delete(pid);
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
    for (const pid of owned) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    }
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
}
