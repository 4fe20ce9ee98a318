// node sweeper.mjs FOLDER: waits for the end of stdin, then kills what has FOLDER as TMPDIR or works in it, and removes it.
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";

const [, , folder = ""] = process.argv;

process.stdin.resume();
await once(process.stdin, "close");
for (const pid of leftBehind()) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });

/** Where there is no /proc, none is found, and only the folder goes. */
function leftBehind() {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && isOfThisRun(name))
    .map(Number);
}

/**
 * Redis writes its title over its environment, but works in its data folder.
 *
 * @param {string} pid
 */
function isOfThisRun(pid) {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`) ||
      readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`TMPDIR=${folder}`)
    );
  } catch {
    // It is gone, or somebody else's.
    return false;
  }
}
