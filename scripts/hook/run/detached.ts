import { spawn } from "node:child_process";

/** Goes on in a process of its own, which outlives this one. */
export function continueDetached(args: readonly string[]): void {
  spawn(process.execPath, args, {
    detached: true,
    windowsHide: true,
    stdio: "ignore",
  }).unref();
}
