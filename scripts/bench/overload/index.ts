import { setTimeout as sleep } from "node:timers/promises";
import { describeMachine, machineLine } from "../../harness/machine.js";
import { createLatencies } from "../../harness/latencies.js";
import type { Latency } from "../../harness/latencies.js";
import { table } from "../../harness/table.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { loadUpTo } from "../memory/load.js";
import { recallRequest } from "../memory/requests.js";
import { withBench } from "../memory/setup.js";
import type { Bench } from "../memory/setup.js";
import type { Part } from "../part.js";

const CONNECTIONS = [1, 16, 64, 128] as const;
const READERS = 4;
/** Between two reads of a reader. */
const READ_EVERY_MS = 5;
/** A refused client comes back sooner than Retry-After says. */
const IMPATIENCE_MS = 250;

interface Level {
  readonly connections: number;
  readonly seconds: number;
  readonly recalls: Latency;
  /** By status and code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly reads: Latency;
  readonly readsRefused: number;
}

/**
 * Recalls of new questions by more and more clients, each of which asks again as soon as it has its answer, and reads
 * of state in parallel. Past saturation the throughput should stay, and the reads should stay fast.
 */
export const benchOverload: Part = async ({ env, records: sizes, samples, note }) => {
  const size = sizes.at(-1) ?? 20_000;
  const seconds = Math.min(10, samples / 60);
  const figures = await withBench(env, async (bench) => {
    const records = await loadUpTo(bench, size);
    await bench.http.send(httpRequest("PUT", stateOf(bench), { value: { stock: 12 } }));
    await measure(bench, records, 4, Math.min(2, seconds));
    const levels: Level[] = [];
    for (const connections of CONNECTIONS) {
      note(`${connections} connections at ${records} records`);
      levels.push(await measure(bench, records, connections, seconds));
    }
    return { machine: describeMachine(), redis: bench.server.version, records, levels };
  });
  return { report: report(figures), figures };
};

const stateOf = ({ namespace }: Bench): string => `/v1/namespaces/${namespace}/state/stock`;

let asked = 0;

async function measure(bench: Bench, records: number, connections: number, seconds: number): Promise<Level> {
  const recalls = createLatencies();
  const reads = createLatencies();
  const refused: Record<string, number> = {};
  let readsRefused = 0;
  const end = performance.now() + seconds * 1000;
  const going = (): boolean => performance.now() < end;

  async function recall(): Promise<void> {
    const http = await connectHttp(bench.service.url);
    while (going()) {
      const { text } = bench.corpus.question(asked++, records);
      try {
        await recalls.time(() => http.send(recallRequest(bench, { text })));
      } catch (error) {
        const reason = /answered (\d+)[^]*"code":"(\w+)"/.exec(String(error));
        const name = reason === null ? String(error) : `${reason[1]} ${reason[2]}`;
        refused[name] = (refused[name] ?? 0) + 1;
        await sleep(IMPATIENCE_MS);
      }
    }
    http.close();
  }

  async function read(): Promise<void> {
    const http = await connectHttp(bench.service.url);
    const request = httpRequest("GET", stateOf(bench));
    while (going()) {
      await reads.time(() => http.send(request)).catch(() => readsRefused++);
      await sleep(READ_EVERY_MS);
    }
    http.close();
  }

  await Promise.all([
    ...Array.from({ length: connections }, recall),
    ...Array.from({ length: READERS }, read),
  ]);
  return {
    connections,
    seconds,
    recalls: recalls.summary(),
    refused,
    reads: reads.summary(),
    readsRefused,
  };
}

interface Figures {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly redis: string;
  readonly records: number;
  readonly levels: readonly Level[];
}

function report({ machine, redis, records, levels }: Figures): string {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  return [
    "## bench overload",
    `${machineLine(machine, redis)}; ${records.toLocaleString("en")} records`,
    table(
      [
        "recalling clients",
        "recalls/s",
        "p50 ms",
        "p99 ms",
        "refused/s",
        "refused with",
        "state reads/s",
        "p50 ms",
        "p99 ms",
        "refused",
      ],
      levels.map(({ connections, seconds, recalls, refused, reads, readsRefused }) => [
        String(connections),
        (recalls.samples / seconds).toFixed(1),
        ms(recalls.p50),
        ms(recalls.p99),
        (Object.values(refused).reduce((sum, count) => sum + count, 0) / seconds).toFixed(1),
        Object.keys(refused).join(", "),
        (reads.samples / seconds).toFixed(0),
        ms(reads.p50),
        ms(reads.p99),
        String(readsRefused),
      ]),
    ),
  ].join("\n\n");
}
