import { machineLine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";
import type { Aim } from "./aims.js";
import { MEMORY, OFFICIAL, OURS, PING } from "./contenders.js";
import type { ChatRow } from "./measure-chat.js";
import type { Flatness, Row } from "./measure-operations.js";

export interface Figures {
  readonly machine: Machine;
  readonly redis: string;
  readonly operations: readonly Row[];
  readonly flatness: readonly Flatness[];
  /** Of each chat. */
  readonly turns: number;
  readonly chats: readonly ChatRow[];
  readonly aims: readonly Aim[];
}

const CONTENDERS = [OURS, OFFICIAL, MEMORY, PING];

/** The figures as Markdown. */
export function report({ machine, redis, operations, flatness, turns, chats, aims }: Figures): string {
  return [
    "## bench checkpointer",
    `${machineLine(machine, redis)}. Times in ms, p50 / p99, measured in turns on one Redis.`,
    table(
      ["operation", "checkpoints", "foreign keys", ...CONTENDERS, "official ÷ mneme", "samples"],
      operations.map(({ operation, checkpoints, foreignKeys, latencies }) => [
        operation,
        String(checkpoints),
        String(foreignKeys),
        ...CONTENDERS.map((name) => times(latencies[name])),
        ((latencies[OFFICIAL]?.p50 ?? Number.NaN) / (latencies[OURS]?.p50 ?? Number.NaN)).toFixed(1),
        String(latencies[OURS]?.samples),
      ]),
    ),
    `getTuple of mneme, threads of several lengths in turns, p50 / p99: ${flatness
      .map(({ checkpoints, latency }) => `${checkpoints} checkpoints ${times(latency)}`)
      .join("; ")}.`,
    `A chat of ${turns} turns, 2 × 500 characters each. Bytes: MEMORY USAGE of the thread's keys, without the official saver's search indexes. Commands: what the client sent in turn ${turns}, which has 3 supersteps.`,
    table(
      ["chat", "saver", "bytes", "turn 10", `turn ${turns - 5}`, "commands a turn", "a superstep"],
      chats.map(({ chat, contender, bytes, early, late, commands, commandsPerStep }) => [
        chat,
        contender,
        bytes?.toLocaleString("en") ?? "–",
        early.toFixed(2),
        late.toFixed(2),
        commands === undefined ? "–" : String(commands),
        commandsPerStep?.toFixed(1) ?? "–",
      ]),
    ),
    table(
      ["aim", "measured", "met"],
      aims.map(({ aim, measured, met }) => [aim, measured, met ? "yes" : "NO"]),
    ),
  ].join("\n\n");
}

function times(latency: { p50: number; p99: number } | undefined): string {
  return latency === undefined ? "–" : `${latency.p50.toFixed(3)} / ${latency.p99.toFixed(3)}`;
}
