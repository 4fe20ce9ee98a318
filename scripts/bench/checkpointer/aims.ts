import { type ChatRow } from "./measure-chat.js";
import { OFFICIAL, OURS, PING } from "./contenders.js";
import type { Row } from "./measure-operations.js";

export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What the measurements are held against, worst case each. */
export function judge(rows: readonly Row[], chats: readonly ChatRow[]): Aim[] {
  const p50 = ({ latencies }: Row, contender: string): number => latencies[contender]?.p50 ?? Number.NaN;
  const gain = (row: Row): number => p50(row, OFFICIAL) / p50(row, OURS);
  const own = rows.filter(({ foreignKeys }) => foreignKeys === 0);
  const foreign = rows.filter(({ foreignKeys }) => foreignKeys > 0);
  const reads = own.filter(({ operation }) => operation === "getTuple").map((row) => p50(row, OURS));
  const chatOf = (delta: boolean, name: string): ChatRow | undefined =>
    chats.find((chat) => chat.delta === delta && chat.contender === name);
  const whole = (chatOf(false, OURS)?.bytes ?? Number.NaN) / (chatOf(false, OFFICIAL)?.bytes ?? Number.NaN);
  const growth = (chatOf(true, OURS)?.late ?? Number.NaN) / (chatOf(true, OURS)?.early ?? Number.NaN);
  return [
    ...own.map((row) =>
      atLeast(
        `${row.operation} at ${row.checkpoints} checkpoints, official ÷ ours: at least 2`,
        gain(row),
        2,
      ),
    ),
    ...foreign.map((row) =>
      atLeast(
        `${row.operation} with ${row.foreignKeys} foreign keys, official ÷ ours: at least 10`,
        gain(row),
        10,
      ),
    ),
    atMost(
      "getTuple ÷ PING: at most 3",
      Math.max(
        ...rows
          .filter(({ operation }) => operation === "getTuple")
          .map((row) => p50(row, OURS) / p50(row, PING)),
      ),
      3,
    ),
    atMost(
      "getTuple, slowest ÷ fastest of all sizes: flat, at most 1.2",
      Math.max(...reads) / Math.min(...reads),
      1.2,
    ),
    atMost("bytes of the chat, ours ÷ official: at most 0.333", whole, 1 / 3),
    atMost("turn 100 ÷ turn 10 with DeltaChannel: at most 1.5", growth, 1.5),
  ];
}

function atLeast(aim: string, value: number, limit: number): Aim {
  return { aim, measured: value.toFixed(2), met: value >= limit };
}

function atMost(aim: string, value: number, limit: number): Aim {
  return { aim, measured: value.toFixed(3), met: value <= limit };
}
