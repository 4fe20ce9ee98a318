const WIDTH = 30;
const REDRAW_MS = 100;

export interface ProgressBar {
  advance(by?: number): void;
  done(): void;
}

/** A bar on stderr: redrawn in place on a terminal, a line per quarter elsewhere. */
export function startProgressBar(
  label: string,
  total: number,
  out: NodeJS.WriteStream = process.stderr,
): ProgressBar {
  const start = performance.now();
  let current = 0;
  let drawnAt = -Infinity;
  let quarter = 0;
  const text = (): string => {
    const share = total === 0 ? 1 : current / total;
    const filled = Math.round(share * WIDTH);
    const seconds = Math.round((performance.now() - start) / 1000);
    return `${label} [${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${current}/${total} ${seconds} s`;
  };
  return {
    advance(by = 1) {
      current += by;
      const now = performance.now();
      if (out.isTTY) {
        if (now - drawnAt < REDRAW_MS && current < total) return;
        drawnAt = now;
        out.write(`\r${text()}`);
      } else if (Math.floor((current / total) * 4) > quarter) {
        quarter = Math.floor((current / total) * 4);
        out.write(`${text()}\n`);
      }
    },
    done() {
      if (out.isTTY) out.write("\n");
    },
  };
}
