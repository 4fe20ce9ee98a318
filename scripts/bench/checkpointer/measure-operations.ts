import type { Latency } from "../../harness/latencies.js";
import { interleave } from "../measure/interleave.js";
import type { Rounds } from "../measure/interleave.js";
import { MEMORY, OURS, PING } from "./contenders.js";
import type { Bench, Saver } from "./contenders.js";
import { grow, putNext, putTaskWrites, startThread, threadConfig } from "./workload.js";
import type { Thread } from "./workload.js";

export const OPERATIONS = ["put", "putWrites", "getTuple", "list(10)"] as const;

export interface Row {
  readonly operation: (typeof OPERATIONS)[number];
  /** Of the thread, when the measurement began. */
  readonly checkpoints: number;
  readonly foreignKeys: number;
  /** By contender. */
  readonly latencies: Readonly<Record<string, Latency>>;
}

/** Every operation on a thread of this many checkpoints, all savers and a PING in turn. */
export async function measureOperations(
  bench: Bench,
  checkpoints: number,
  foreignKeys: number,
  rounds: Rounds,
): Promise<Row[]> {
  const lanes = await Promise.all(
    bench.savers.map(async ({ name, saver }) => {
      const thread = startThread(`bench-${checkpoints}-${foreignKeys}`);
      await grow(saver, thread, checkpoints);
      return { name, saver, thread };
    }),
  );
  const rows: Row[] = [];
  // Reads first: they leave the thread as long as it is.
  for (const operation of OPERATIONS.toReversed()) {
    const latencies = await interleave(
      [
        ...lanes.map((lane) => ({ run: (index: number) => perform(operation, lane, index) })),
        { run: () => bench.redis.ping() },
      ],
      rounds,
    );
    const names = [...lanes.map(({ name }) => name), PING];
    rows.push({
      operation,
      checkpoints,
      foreignKeys,
      latencies: Object.fromEntries(latencies.map((latency, i) => [names[i] ?? "", latency])),
    });
  }
  await forget(lanes);
  return rows.toReversed();
}

export interface Flatness {
  readonly checkpoints: number;
  readonly latency: Latency;
}

/** Our getTuple of threads of several lengths, in turns: whatever the machine does, it does to all of them. */
export async function measureFlatness(
  { savers }: Bench,
  sizes: readonly number[],
  rounds: Rounds,
): Promise<Flatness[]> {
  const ours = savers.filter(({ name }) => name === OURS);
  const contenders = [];
  for (const { saver } of ours) {
    for (const size of sizes) {
      const thread = startThread(`flat-${size}`);
      await grow(saver, thread, size);
      contenders.push({ run: () => saver.getTuple(threadConfig(thread.threadId)) });
    }
  }
  const latencies = await interleave(contenders, rounds);
  return latencies.map((latency, i) => ({ checkpoints: sizes[i] ?? 0, latency }));
}

interface Lane extends Pick<Saver, "name" | "saver"> {
  readonly thread: Thread;
}

async function perform(
  operation: Row["operation"],
  { saver, thread }: Lane,
  index: number,
): Promise<unknown> {
  const config = threadConfig(thread.threadId);
  switch (operation) {
    case "put":
      return putNext(saver, thread);
    case "putWrites":
      return putTaskWrites(saver, thread, `task-${index}`);
    case "getTuple":
      return saver.getTuple(config);
    case "list(10)": {
      let count = 0;
      for await (const _ of saver.list(config, { limit: 10 })) count++;
      return count;
    }
  }
}

/** The next size begins with an empty Redis, but for the foreign keys. */
async function forget(lanes: readonly Lane[]): Promise<void> {
  for (const { name, saver, thread } of lanes) {
    if (name !== MEMORY) await saver.deleteThread(thread.threadId);
  }
}

const BATCH = 1000;

/** Adds keys that belong to none of the savers. */
export async function addForeignKeys({ redis }: Bench, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const keys = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => `foreign:${from + i}`);
    await redis.mSet(keys.map((key): [string, string] => [key, "x"]));
  }
}
