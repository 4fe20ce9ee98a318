import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Debian's package libfaketime puts it. */
const LIBRARIES = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (architecture) => `/usr/lib/${architecture}/faketime/libfaketimeMT.so.1`,
);

/** A clock that can be set, for processes that start with its file. */
export interface Clock {
  readonly file: string;
  /** Shifts the clock by seconds against the machine's; seen within a second. */
  shift(seconds: number): void;
}

/** Undefined: libfaketime isn't installed. */
export function createClock(): Clock | undefined {
  if (!LIBRARIES.some(existsSync)) return undefined;
  const file = join(mkdtempSync(join(tmpdir(), "mneme-clock-")), "shift");
  const shift = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}\n`);
  shift(0);
  return { file, shift };
}

/** What a process needs in its environment to have a clock. Timers go by the monotonic clock, which nobody sets. */
export function clockEnv(file: string | undefined): Record<string, string> {
  const library = LIBRARIES.find(existsSync);
  if (file === undefined || library === undefined) return {};
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}
