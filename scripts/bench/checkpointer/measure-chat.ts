import { startCapture } from "../redis/capture.js";
import { createChat } from "./chat.js";
import { type Bench, MEMORY } from "./contenders.js";

export interface ChatRow {
  readonly delta: boolean;
  readonly contender: string;
  readonly turns: number;
  /** In Redis, as MEMORY USAGE tells of the thread's keys; undefined for a saver without. */
  readonly bytes: number | undefined;
  /** Median milliseconds of the turns around the tenth. */
  readonly early: number;
  /** And of the last ones. */
  readonly late: number;
  /** That a client sent in one more turn, and per superstep of it; undefined for a saver without Redis. */
  readonly commands: number | undefined;
  readonly commandsPerStep: number | undefined;
}

const TURNS = 100;
const EARLY = { from: 6, to: 15 };
const LATE = { from: TURNS - 10, to: TURNS };
const CHATS = 3;
/** A turn of the chat stores its input, the state with it, and the state with the answer. */
const STEPS = 3;

/** A chat of 100 turns of 2 × 500 characters, all savers turn by turn. */
export async function measureChat(
  bench: Bench,
  delta: boolean,
  note: (line: string) => void,
): Promise<ChatRow[]> {
  const lanes = bench.savers.map((one) => ({ ...one, chat: createChat(one.saver, delta), times: timesOf() }));
  for (let chat = 0; chat < CHATS; chat++) {
    note(`chat ${chat + 1} of ${CHATS}, ${delta ? "with" : "without"} DeltaChannel`);
    for (let turn = 1; turn <= TURNS; turn++) {
      const shift = turn % lanes.length;
      for (const { times, chat: graph } of [...lanes.slice(shift), ...lanes.slice(0, shift)]) {
        const start = performance.now();
        await graph.turn(threadOf(delta, chat), turn);
        times.add(turn, performance.now() - start);
      }
    }
  }
  const capture = await startCapture(bench.server.url, bench.redis);
  const rows: ChatRow[] = [];
  for (const { name, chat, times, keyPattern } of lanes) {
    const pattern = keyPattern(threadOf(delta, 0));
    const bytes = pattern === undefined ? undefined : await sizeOf(bench, pattern);
    const { sent } = await capture.during(() => chat.turn(threadOf(delta, 0), TURNS + 1));
    const commands = name === MEMORY ? undefined : sent.length;
    rows.push({
      delta,
      contender: name,
      turns: TURNS,
      bytes,
      early: times.median(EARLY),
      late: times.median(LATE),
      commands,
      commandsPerStep: commands === undefined ? undefined : commands / STEPS,
    });
  }
  capture.stop();
  for (const { name, saver } of lanes) {
    if (name === MEMORY) continue;
    for (let chat = 0; chat < CHATS; chat++) await saver.deleteThread(threadOf(delta, chat));
  }
  return rows;
}

const threadOf = (delta: boolean, chat: number): string => `chat-${delta ? "delta" : "whole"}-${chat}`;

function timesOf() {
  const times: { turn: number; ms: number }[] = [];
  return {
    add: (turn: number, ms: number) => times.push({ turn, ms }),
    median({ from, to }: { from: number; to: number }): number {
      const chosen = times.filter(({ turn }) => turn >= from && turn <= to).map(({ ms }) => ms);
      return chosen.toSorted((a, b) => a - b)[Math.floor(chosen.length / 2)] ?? Number.NaN;
    },
  };
}

async function sizeOf({ redis }: Bench, pattern: string): Promise<number> {
  let bytes = 0;
  for await (const keys of redis.scanIterator({ MATCH: pattern, COUNT: 1000 })) {
    const sizes = await Promise.all(
      keys.map((key) => redis.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"])),
    );
    bytes += sizes.reduce<number>((sum, size) => sum + Number(size), 0);
  }
  return bytes;
}
