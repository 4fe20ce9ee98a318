import { readFileSync } from "node:fs";

/** Resident memory of a process in bytes, now and at its highest; undefined where there is no /proc. */
export function residentMemory(pid: number): { now: number; peak: number } | undefined {
  if (process.platform !== "linux") return undefined;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return { now: kilobytes("VmRSS") * 1024, peak: kilobytes("VmHWM") * 1024 };
}
