import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { processIdentity } from "./process-identity.mjs";

const POLL_MS = 200;
const SHELLS = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"]);

/**
 * Where npm runs this process, its end is ours: npm passes a SIGTERM on to the shell that it started, which dies of it
 * and passes nothing on. This process then takes it for a SIGTERM of its own.
 */
export function endWithNpm() {
  if (process.platform === "win32") return;
  const launchers = npmAndItsShell().map((pid) => ({ pid, identity: processIdentity(pid) }));
  if (launchers.length === 0) return;
  const timer = setInterval(() => {
    if (launchers.every(({ pid, identity }) => processIdentity(pid) === identity)) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, POLL_MS);
  timer.unref();
}

/** The processes between the one that started npm and this one: npm, and its shell unless that became this process. */
function npmAndItsShell() {
  const script = process.env["npm_lifecycle_script"];
  if (script === undefined) return [];
  const { ppid } = process;
  const parent = look(ppid);
  if (parent === undefined) return [];
  const [command = "", ...args] = parent.args;
  const isShell = SHELLS.has(basename(command)) && args.some((arg) => arg.includes(script));
  if (isShell) return [ppid, parent.ppid];
  // Anything else is npm itself, or an unrelated process that has npm's variables.
  return /\b(?:npm|pnpm|yarn|bun)\b/.test(parent.args.slice(0, 2).join(" ")) ? [ppid] : [];
}

/**
 * @param {number} pid
 * @returns {{ ppid: number, args: string[] } | undefined}
 */
function look(pid) {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return {
        ppid: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]),
        args: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"),
      };
    }
    const text = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const [ppid, command = "", ...rest] = text.split(/\s+/);
    return { ppid: Number(ppid), args: [command, rest.join(" ")] };
  } catch {
    return undefined;
  }
}
