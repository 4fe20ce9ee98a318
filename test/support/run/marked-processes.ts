import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { processIdentity } from "../../../scripts/bootstrap/process-identity.mjs";

export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** Every process that has a folder as its TMPDIR, or works below it: Redis writes its title over its environment. */
export function processesOf(folder: string): Running[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => isOf(name, folder) && processIdentity(Number(name)) !== undefined)
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ command }) => command !== "");
}

function isOf(pid: string, folder: string): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`) ||
      readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`TMPDIR=${folder}`)
    );
  } catch {
    return false;
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
