import { describeMachine } from "../../harness/machine.js";
import type { Rounds } from "../measure/interleave.js";
import type { Part } from "../part.js";
import { usedMemory } from "../redis/memory-info.js";
import { judge } from "./aims.js";
import { loadUpTo } from "./load.js";
import { measureFloor, measureGet } from "./measure-get.js";
import { measureMemory } from "./measure-memory.js";
import type { MemoryUse } from "./measure-memory.js";
import { measureRecall, measureRecallByText } from "./measure-recall.js";
import { measureResidentWithoutModel } from "./measure-resident.js";
import { measureEmbeddedWrites, measureWrites } from "./measure-write.js";
import { report } from "./report.js";
import type { Figures } from "./report.js";
import type { Row } from "./row.js";
import { withBench } from "./setup.js";

const WARM_UP = 100;

/**
 * Remember, read and recall at growing sizes. At each size reads are measured before writes, and the next size is
 * loaded on top of what the writes left.
 */
export const benchMemory: Part = async ({ env, records: sizes, samples, note }) => {
  const rounds: Rounds = { samples, warmUp: Math.min(WARM_UP, samples) };
  const figures = await withBench(env, async (bench): Promise<Figures> => {
    const before = await usedMemory(bench.redis);
    const operations: Row[] = [];
    const memory: MemoryUse[] = [];
    for (const [index, size] of sizes.entries()) {
      // More than asked for, where the writes at the size before went beyond this one.
      const records = await loadUpTo(bench, size);
      memory.push(await measureMemory(bench, before));
      note(`measuring at ${records} records`);
      if (index === 0) operations.push(...(await measureFloor(bench, records, rounds)));
      operations.push(...(await measureGet(bench, records, rounds)));
      operations.push(...(await measureRecall(bench, records, rounds)));
      operations.push(...(await measureRecallByText(bench, records, rounds)));
      if (index === 0) operations.push(...(await measureEmbeddedWrites(bench, records, rounds)));
      operations.push(...(await measureWrites(bench, records, rounds)));
    }
    const residentWithoutModel = await measureResidentWithoutModel(bench, rounds);
    return {
      machine: describeMachine(),
      redis: bench.server.version,
      operations: operations.toSorted((a, b) => order(operations, a) - order(operations, b)),
      memory,
      residentWithoutModel,
      aims: judge(operations, memory),
    };
  });
  return { report: report(figures), figures };
};

/** Rows of one operation stand together, in the order in which the operations came first. */
function order(rows: readonly Row[], { operation }: Row): number {
  return rows.findIndex((row) => row.operation === operation);
}
