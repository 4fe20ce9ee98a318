import { machineLine } from "../harness/machine.js";
import type { Machine } from "../harness/machine.js";
import type { Finding } from "./run-fault.js";

export interface Run {
  readonly machine: Machine;
  readonly redis: string;
  /** RFC 3339. */
  readonly finishedAt: string;
  readonly findings: readonly Finding[];
  /** Faults that this machine can't make. */
  readonly skipped: readonly string[];
}

/** Whether a fault did no more harm than it may. `slack`: how many times as long a recovery may take. */
export function isGood({ lost, recovered, within }: Finding, slack: number): boolean {
  return lost.length === 0 && recovered !== null && recovered <= within * slack;
}

export function tableOf({ findings }: Pick<Run, "findings">): string {
  const rows = findings.map((finding) => {
    const { name, recovered, longest, acknowledged, lost } = finding;
    return [
      name,
      sawOf(finding),
      `${longest.toFixed(1)} s`,
      recovered === null ? "**not recovered**" : `${recovered.toFixed(1)} s`,
      lost.length === 0 ? `nothing of ${acknowledged}` : `**${lost.length} of ${acknowledged}**`,
    ];
  });
  const header = ["fault", "what clients saw", "longest wait", "recovered after", "acknowledged writes lost"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function sawOf({ seen, others }: Finding): string {
  const failures = Object.entries(seen).map(
    ([what, count]) => `${count} × ${what.replace(/ (\w+)$/, " `$1`")}`,
  );
  const parts = [...failures, ...others];
  return parts.length === 0 ? "no failure" : parts.join(", ");
}

/** What docs/reliability.md has between its markers. */
export function blockOf(run: Run): string {
  const { machine, redis, finishedAt, skipped } = run;
  const left =
    skipped.length === 0 ? "" : ` Not run, because the machine can't make them: ${skipped.join(", ")}.`;
  return `${tableOf(run)}\n\n${machineLine(machine, redis)}; ${finishedAt.slice(0, 10)}.${left}`;
}
