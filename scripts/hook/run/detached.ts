import { spawn } from "node:child_process";

/** Goes on in a process of its own, which reads this one's stdin and outlives it. */
export function continueDetached(args: readonly string[]): void {
  spawn(process.execPath, args, {
    detached: true,
    windowsHide: true,
    stdio: ["inherit", "ignore", "ignore"],
  }).unref();
}
