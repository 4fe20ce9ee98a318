const MEGABYTE = 1_000_000;

/** Shows how far a download is: redrawn in place on a terminal, a line per quarter elsewhere. */
export interface Progress {
  /** @param bytes how much is there by now */
  at(bytes: number): void;
  done(): void;
}

/** @param totalBytes the expected size */
export function startProgress(
  label: string,
  totalBytes: number,
  out: NodeJS.WriteStream = process.stderr,
): Progress {
  let shownQuarter = -1;
  return {
    at(bytes) {
      const share = Math.min(1, bytes / totalBytes);
      const line = `${label} ${megabytes(bytes)} of ${megabytes(totalBytes)} MB (${Math.floor(share * 100)} %)`;
      if (out.isTTY) {
        out.write(`\r${line}`);
        return;
      }
      const quarter = Math.floor(share * 4);
      if (quarter === shownQuarter) return;
      shownQuarter = quarter;
      out.write(`${line}\n`);
    },
    done() {
      if (out.isTTY) out.write("\n");
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}
