/** What became of a source's records. `made` and `seen` count memories, the others records that made none. */
export interface Report {
  readonly source: string;
  readonly into: string;
  readonly dry_run: boolean;
  readonly complete: boolean;
  readonly made: number;
  readonly seen: number;
  readonly skipped: number;
  readonly failed: number;
  /** Whether it has memories of more than one user or group. */
  readonly several_users: boolean;
  readonly reasons: { readonly skipped: Counts; readonly failed: Counts };
  /** The first ones. */
  readonly failures: readonly { readonly where: string; readonly reason: string }[];
}

type Counts = Readonly<Record<string, number>>;

/** Reasons come from files too: what is beyond counts as one. */
const MAX_REASONS = 50;
const MAX_FAILURES = 100;
const OTHERS = "other reasons";

/** A file's names and values may hold what a terminal obeys, such as escape sequences and marks that turn the line around. */
export const printable = (text: string): string => text.replaceAll(/\p{C}+/gu, " ");

export class Tally {
  made = 0;
  seen = 0;
  readonly #reasons = { skipped: new Map<string, number>(), failed: new Map<string, number>() };
  readonly #failures: { where: string; reason: string }[] = [];
  #owner: string | undefined;
  #several = false;

  owned(owner: string): void {
    this.#several ||= this.#owner !== undefined && this.#owner !== owner;
    this.#owner ??= owner;
  }

  skip(reason: string): void {
    this.#count("skipped", printable(reason));
  }

  fail(place: string, why: string): void {
    const [where, reason] = [printable(place), printable(why)];
    this.#count("failed", reason);
    if (this.#failures.length < MAX_FAILURES) this.#failures.push({ where, reason });
  }

  of(kind: "skipped" | "failed"): number {
    return [...this.#reasons[kind].values()].reduce((sum, count) => sum + count, 0);
  }

  report(of: Pick<Report, "source" | "into" | "dry_run" | "complete">): Report {
    const { made, seen } = this;
    return {
      ...of,
      made,
      seen,
      skipped: this.of("skipped"),
      failed: this.of("failed"),
      several_users: this.#several,
      reasons: {
        skipped: Object.fromEntries(this.#reasons.skipped),
        failed: Object.fromEntries(this.#reasons.failed),
      },
      failures: this.#failures,
    };
  }

  #count(kind: "skipped" | "failed", reason: string): void {
    const reasons = this.#reasons[kind];
    const name = reasons.has(reason) || reasons.size < MAX_REASONS ? reason : OTHERS;
    reasons.set(name, (reasons.get(name) ?? 0) + 1);
  }
}

/** The report for people. */
export function linesOfReport(report: Report): string[] {
  const { made, seen, skipped, failed, reasons, failures } = report;
  const lines = [
    `${report.dry_run ? "would be made" : "made"} ${made}, seen ${seen}, skipped ${skipped}, failed ${failed}`,
  ];
  for (const kind of ["skipped", "failed"] as const) {
    for (const [reason, count] of Object.entries(reasons[kind])) lines.push(`  ${kind}: ${reason}: ${count}`);
  }
  for (const { where, reason } of failures.slice(0, 10)) lines.push(`  ${where}: ${reason}`);
  if (failed > 10) lines.push("  … --json shows the first hundred failures");
  if (report.several_users) lines.push(SEVERAL_USERS);
  return lines;
}

const SEVERAL_USERS =
  "These are memories of several users or groups. In one namespace, all who may read it find them, and a fact of one ends " +
  "that of another: import each with --user into a namespace of its own.";
