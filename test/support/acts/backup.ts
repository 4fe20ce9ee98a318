import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { inject } from "vitest";
import { CHAIN_START, linked } from "../../../src/backup/chain.js";
import type { Line } from "../../../src/backup/lines.js";
import type { Service } from "../service/service.js";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mneme` with these arguments against a service, as its user would. */
export async function mneme(
  service: Pick<Service, "url"> | undefined,
  args: readonly string[],
  key?: string,
  /** Gets what it has printed on stderr so far, at each piece of it. */
  heard: (stderr: string) => void = () => {},
): Promise<Ran> {
  const env = {
    PATH: process.env["PATH"],
    TMPDIR: process.env["TMPDIR"],
    ...(key === undefined ? {} : { MNEME_API_KEY: key }),
  };
  const url = service === undefined ? [] : ["--url", service.url];
  const child = spawn(process.execPath, [inject("commandsMain"), ...args, ...url], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard(stderr);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

export function linesOf(file: string): Line[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { sum: _, ...rest } = JSON.parse(line) as Line & { sum: string };
      return rest as Line;
    });
}

/** Writes lines with their sums and a trailer that fits, as somebody who forges a file would. */
export function forge(file: string, lines: readonly unknown[]): void {
  let chain = CHAIN_START;
  const texts: string[] = [];
  const counts: Record<string, number> = {};
  const add = (line: unknown): void => {
    const next = linked(chain, JSON.stringify(line));
    ({ chain } = next);
    texts.push(next.text, "\n");
  };
  for (const line of lines) {
    const { kind } = line as { kind: string };
    if (kind === "trailer") continue;
    add(line);
    if (kind !== "manifest" && kind !== "part" && kind !== "moment") counts[kind] = (counts[kind] ?? 0) + 1;
  }
  add({ kind: "trailer", lines: chain.lines, counts, sha256: chain.digest });
  writeFileSync(file, texts.join(""));
}

/**
 * What a file says of the data, whatever the walk, the parts and the import: a line each, with names in one order.
 * Without `embedding`: an import answers before the vectors are made.
 */
export function contentOf(file: string): string[] {
  return linesOf(file)
    .filter(({ kind }) => !["manifest", "moment", "part", "trailer"].includes(kind))
    .map(canonical)
    .toSorted();
}

function canonical(line: Line): string {
  return JSON.stringify(line, (name, inner: unknown) =>
    name === "embedding"
      ? undefined
      : typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
}
