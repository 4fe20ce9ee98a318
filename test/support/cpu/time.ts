import { existsSync, readFileSync } from "node:fs";

/** Clock ticks of /proc are hundredths of a second on every Linux. */
const TICK_MS = 10;

/** Children that several files use, while they run. */
const shared = new Set<number>();

/** Counts a child before it has ended. */
export function countWhileItRuns(pid: number): void {
  shared.add(pid);
}

/** Milliseconds of CPU time that this process has used, and its children that have ended; only where there is /proc. */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  const own = statOf("self");
  const running = [...shared].map((pid) => statOf(String(pid)));
  return (
    (user + system) / 1000 +
    own.children * TICK_MS +
    running.reduce((sum, { self }) => sum + self, 0) * TICK_MS
  );
}

/** Ticks. */
function statOf(process: string): { readonly self: number; readonly children: number } {
  const file = `/proc/${process}/stat`;
  if (!existsSync(file)) return { self: 0, children: 0 };
  const text = readFileSync(file, "utf8");
  // The name in parentheses may contain any character. After it, utime, stime, cutime and cstime are the 12th to 15th field.
  const [utime, stime, cutime, cstime] = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11)
    .map(Number);
  return { self: (utime ?? 0) + (stime ?? 0), children: (cutime ?? 0) + (cstime ?? 0) };
}
