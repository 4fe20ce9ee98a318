// node scripts/run.mjs check-import [LINES] [SOURCE ...]: how long an import of so many records takes, and that its memory
// doesn't grow with them. MNEME_EMBEDDER=local has them embedded too.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { residentMemory } from "../bench/measure/process-memory.js";
import type { Report } from "../cli/sources/report.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { Failure, reportFailure } from "../shell/failure.js";

const CLI = fileURLToPath(new URL("../cli/main.js", import.meta.url));
/** A tenth of the records is what the whole is compared with. */
const SHARE = 10;
const MOST_BYTES = 320 * 1024 * 1024;
/** Garbage that wasn't collected yet. */
const MOST_GROWTH = 1.5;
const TEXT = "A parcel was handed over at the depot, and its label was read by the gate. ".repeat(12);

/** Makes the text of a file, piece by piece. */
type Writer = (records: number) => Iterable<string>;

const FILES: Readonly<Record<string, Writer>> = {
  "mcp-memory": graph,
  chatgpt: conversations,
  mem0: memories,
};

async function main(): Promise<void> {
  const [count = "200000", ...named] = process.argv.slice(2);
  const lines = Number(count);
  const sources = Object.entries(FILES).filter(([source]) => named.length === 0 || named.includes(source));
  if (!Number.isInteger(lines) || lines < 1000 || sources.length < named.length) {
    throw new Failure(`usage: check-import [LINES] [${Object.keys(FILES).join(" ")}]`);
  }
  const folder = mkdtempSync(join(tmpdir(), "mneme-import-"));
  const redis = await startThrowawayRedis(process.env);
  const settings = {
    MNEME_EMBEDDER: process.env["MNEME_EMBEDDER"] ?? "none",
    MNEME_REDIS_TIMEOUT_MS: "4000",
  };
  const service = await startService({
    env: process.env,
    redisUrl: redis.url,
    keyPrefix: "import",
    settings,
  });
  try {
    for (const [source, write] of sources) {
      const peaks: number[] = [];
      for (const records of [lines / SHARE, lines]) {
        const file = join(folder, `${source}-${records}.json`);
        await saved(file, write(records));
        for (const again of [false, true]) {
          const { report, seconds, peak } = await imported(service.url, source, file, `check.n${records}`);
          show(`${source}, ${records} records, ${megabytes(statSync(file).size)}`, { report, seconds, peak });
          const expected = again ? report.seen : report.made;
          if (expected !== records || report.failed > 0) throw new Failure(`It should be ${records}.`);
          if (!again) peaks.push(peak);
        }
      }
      const [small = 0, large = 0] = peaks;
      if (large > MOST_BYTES || large > small * MOST_GROWTH) {
        throw new Failure(`${source}: its memory grew from ${megabytes(small)} to ${megabytes(large)}.`);
      }
    }
  } finally {
    await service.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly report: Report;
  readonly seconds: number;
  readonly peak: number;
}

async function imported(url: string, source: string, file: string, into: string): Promise<Run> {
  const args = [CLI, "import", file, "--from", source, "--into", into, "--url", url, "--json"];
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const closed = once(child, "close");
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, peakOf(child.pid));
    await Promise.race([closed, sleep(100)]);
  }
  await closed;
  if (child.exitCode !== 0) throw new Failure(`The import of ${file} failed.`);
  return { report: JSON.parse(text) as Report, seconds: (performance.now() - began) / 1000, peak };
}

/** Of a process that has just ended there is none. */
function peakOf(pid: number | undefined): number {
  try {
    return pid === undefined ? 0 : (residentMemory(pid)?.peak ?? 0) || 0;
  } catch {
    return 0;
  }
}

function show(what: string, { report, seconds, peak }: Run): void {
  const { made, seen } = report;
  console.log(
    `${what}: made ${made}, seen ${seen} in ${seconds.toFixed(1)} s (${Math.round((made + seen) / seconds)}/s), peak ${megabytes(peak)}`,
  );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

async function saved(file: string, pieces: Iterable<string>): Promise<void> {
  const out = createWriteStream(file);
  for (const piece of pieces) if (!out.write(piece)) await once(out, "drain");
  out.end();
  await once(out, "finish");
}

function* graph(records: number): Generator<string> {
  for (let n = 0; n < records; n++) {
    yield `${JSON.stringify({ type: "entity", name: `Parcel ${n}`, observations: [`${n}: ${TEXT}`] })}\n`;
  }
}

function* memories(records: number): Generator<string> {
  for (let n = 0; n < records; n++) {
    const memory = { id: `m${n}`, memory: `${n}: ${TEXT}`, user_id: `u${n % 100}`, created_at: null };
    yield `${n === 0 ? '{"results":[' : ","}${JSON.stringify(memory)}`;
  }
  yield "]}";
}

/** Ten messages each. */
function* conversations(records: number): Generator<string> {
  for (let from = 0; from < records; from += 10) {
    const ids = Array.from({ length: 10 }, (_, n) => from + n);
    const mapping = Object.fromEntries(ids.map((n) => [`n${n}`, node(n, n === from ? null : `n${n - 1}`)]));
    yield `${from === 0 ? "[" : ","}${JSON.stringify({ conversation_id: `c${from}`, current_node: `n${from + 9}`, mapping })}`;
  }
  yield "]";
}

function node(n: number, parent: string | null): object {
  const author = { role: n % 2 === 0 ? "user" : "assistant" };
  const content = { content_type: "text", parts: [`${n}: ${TEXT}`] };
  return { id: `n${n}`, parent, message: { id: `m${n}`, author, create_time: 1.7e9 + n, content } };
}

await main().catch(reportFailure);
