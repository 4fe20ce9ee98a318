import type { Meter } from "./source.js";
import type { Tally } from "./report.js";

/** Elsewhere than on a terminal. */
const LINE_EVERY_MS = 10_000;
const REDRAWN_EVERY_MS = 100;

/**
 * Shows how far an import is: redrawn in place on a terminal, a line now and then elsewhere. Without a total there is no
 * share.
 */
export function startShowing(
  totalBytes: number | undefined,
  meter: Meter,
  tally: Tally,
  out = process.stderr,
) {
  let last = performance.now();
  const share = (): string => {
    if (totalBytes === undefined) return "";
    return `${totalBytes === 0 ? 100 : Math.min(100, Math.floor((meter.bytes / totalBytes) * 100))} %: `;
  };
  const text = (): string => {
    return `${share()}made ${tally.made}, seen ${tally.seen}, skipped ${tally.of("skipped")}, failed ${tally.of("failed")}`;
  };
  return {
    show(): void {
      const now = performance.now();
      if (now - last < (out.isTTY ? REDRAWN_EVERY_MS : LINE_EVERY_MS)) return;
      last = now;
      out.write(out.isTTY ? `\r${text()}` : `${text()}\n`);
    },
    done(): void {
      if (out.isTTY) out.write(`\r${text()}\n`);
    },
  };
}
