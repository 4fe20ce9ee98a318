import type { ChatRow } from "./measure-chat.js";
import { MEMORY, OFFICIAL, OURS, PING } from "./contenders.js";
import type { Flatness, Row } from "./measure-operations.js";

export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Only in these does the official saver use KEYS, which walks through all of Redis. */
const SCANNING: ReadonlySet<string> = new Set(["getTuple", "list(10)"]);

/**
 * What the measurements are held against, worst case each. A DeltaChannel's turn grows in memory alone too, because
 * LangGraph replays its writes: what the saver adds to that is its own.
 */
export function judge(rows: readonly Row[], flatness: readonly Flatness[], chats: readonly ChatRow[]): Aim[] {
  const p50 = ({ latencies }: Row, contender: string): number => latencies[contender]?.p50 ?? Number.NaN;
  const gain = (row: Row): number => p50(row, OFFICIAL) / p50(row, OURS);
  const own = rows.filter(({ foreignKeys }) => foreignKeys === 0);
  const foreign = rows.filter(({ foreignKeys }) => foreignKeys > 0);
  const reads = flatness.map(({ latency }) => latency.p50);
  const ratios = chats
    .filter(({ contender }) => contender === OURS)
    .map(({ chat, delta, bytes = Number.NaN, early, late }) => {
      const official = chats.find((row) => row.chat === chat && row.contender === OFFICIAL);
      const inMemory = chats.find(
        (row) => row.chat === chat && row.contender === MEMORY && row.delta === delta,
      );
      const alone = (inMemory?.late ?? Number.NaN) / (inMemory?.early ?? Number.NaN);
      return { chat, delta, bytes: bytes / (official?.bytes ?? Number.NaN), growth: late / early / alone };
    });
  return [
    ...own.map((row) =>
      atLeast(
        `${row.operation} at ${row.checkpoints} checkpoints, official ÷ ours: at least 2`,
        gain(row),
        2,
      ),
    ),
    ...foreign.map((row) => {
      const least = SCANNING.has(row.operation) ? 10 : 2;
      return atLeast(
        `${row.operation} with ${row.foreignKeys} foreign keys, official ÷ ours: at least ${least}`,
        gain(row),
        least,
      );
    }),
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
    ...ratios
      .filter(({ delta }) => !delta)
      .map(({ chat, bytes }) =>
        atMost(`bytes of the chat (${chat}), ours ÷ official: at most 0.333`, bytes, 1 / 3),
      ),
    ...ratios
      .filter(({ delta }) => delta)
      .map(({ chat, growth }) =>
        atMost(`turn 95 ÷ turn 10 (${chat}), ÷ that of MemorySaver: at most 1.5`, growth, 1.5),
      ),
  ];
}

function atLeast(aim: string, value: number, limit: number): Aim {
  return { aim, measured: value.toFixed(2), met: value >= limit };
}

function atMost(aim: string, value: number, limit: number): Aim {
  return { aim, measured: value.toFixed(3), met: value <= limit };
}
