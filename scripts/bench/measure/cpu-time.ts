import { readdirSync, readFileSync } from "node:fs";
import { Failure } from "../../shell/failure.js";

/**
 * Microseconds of CPU that a process has used, all threads together. From the scheduler's own count in nanoseconds:
 * /proc/PID/stat counts hundredths of a second.
 */
export function cpuTime(pid: number): number {
  if (process.platform !== "linux") throw new Failure("CPU time is read from /proc, which only Linux has.");
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks)
    .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]) / 1000)
    .reduce((sum, part) => sum + part, 0);
}
