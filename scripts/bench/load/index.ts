import { describeMachine } from "../../harness/machine.js";
import type { Part } from "../part.js";
import { measureBeside, measureLoad } from "./measure.js";
import type { LoadRow, Pace } from "./measure.js";
import { operationsOf } from "./operations.js";
import { report } from "./report.js";
import type { LoadFigures } from "./report.js";
import { withLoadBench } from "./setup.js";

const CONNECTIONS = [1, 16, 64, 128] as const;
/** Few enough for a run of some minutes. `bench memory` measures more of them. */
const RECORDS = 10_000;
/** Turns of 300 ms for the default of --samples, 600. */
const TURN_OF_SAMPLES = 0.5;
const TURNS = 6;
/** Beside which the reads of another connection are measured. */
const RECALLS = 16;

/**
 * Throughput, latency and CPU time of each process under 1 to 128 connections: of the service, of a bare handler that makes
 * the same Redis call, and of the raw commands, in the same run.
 */
export const benchLoad: Part = async ({ env, records: sizes, samples, note }) => {
  const records = Math.min(RECORDS, sizes.at(-1) ?? RECORDS);
  const turn = Math.max(5, samples * TURN_OF_SAMPLES);
  // A trial run learns nothing from more connections than samples.
  const counts = CONNECTIONS.filter((connections) => connections <= Math.max(16, samples));
  const pace: Pace = { warmUp: turn, turn, turns: Math.min(TURNS, samples) };
  const figures = await withLoadBench(env, records, async (bench): Promise<LoadFigures> => {
    const rows: LoadRow[] = [];
    const operations = await operationsOf(bench);
    for (const operation of operations) {
      note(operation.name);
      for (const connections of counts) {
        rows.push(...(await measureLoad(bench, operation, connections, pace)));
      }
    }
    const named = (name: string) => operations.find((each) => each.name === name);
    const [get, recall] = [named("GET state"), named("recall, vector given")];
    if (get !== undefined && recall !== undefined) {
      note(`${get.name} beside ${RECALLS} recalls`);
      rows.push(await measureBeside(bench, get, recall, RECALLS, pace));
    }
    return { machine: describeMachine(), redis: bench.server.version, records, rows };
  });
  return { report: report(figures), figures };
};
