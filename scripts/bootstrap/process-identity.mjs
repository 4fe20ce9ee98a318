import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Names a running process so that a recycled pid isn't mistaken for it: in a container that starts again,
 * the same small pids come back at once.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs; a zombie doesn't run
 */
export function processIdentity(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return undefined;
  }
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

/** @param {number} pid */
function fromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startedAt] = [fields[0], fields[19]];
    if (state === "Z" || state === "X") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${pid}/${startedAt}`;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function fromPs(pid) {
  try {
    const [state, ...startedAt] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
    })
      .trim()
      .split(/\s+/);
    if (state === undefined || state.startsWith("Z")) return undefined;
    return `${pid}/${startedAt.join(" ")}`;
  } catch {
    return undefined;
  }
}
