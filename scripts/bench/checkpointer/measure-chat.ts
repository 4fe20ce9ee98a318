import { startCapture } from "../redis/capture.js";
import type { ChatKind } from "./chat.js";
import { MEMORY } from "./contenders.js";
import type { Bench } from "./contenders.js";

export interface ChatRow {
  readonly chat: string;
  readonly delta: boolean;
  readonly contender: string;
  /** MEMORY USAGE of the thread's keys after all turns; undefined for a saver without Redis. */
  readonly bytes: number | undefined;
  /** Median milliseconds of the turns around the tenth. */
  readonly early: number;
  /** And of the last ones. */
  readonly late: number;
  /** What the client sent in the last turn, and per superstep of it; undefined for a saver without Redis. */
  readonly commands: number | undefined;
  readonly commandsPerStep: number | undefined;
}

const EARLY = { from: 6, to: 15 };
/** Turns that count as the last ones; not the very last, the hundredth, in which a DeltaChannel stores its whole value. */
const LATE = 10;
/** A turn stores its input, the state with it, and the state with the answer. */
const STEPS = 3;

/** Chats of this many turns of 2 × 500 characters, all savers turn by turn. */
export async function measureChat(
  bench: Bench,
  kind: ChatKind,
  { rounds, turns }: { readonly rounds: number; readonly turns: number },
  note: (line: string) => void,
): Promise<ChatRow[]> {
  const lanes = [...bench.savers, ...bench.variants].map(({ name, saver, keyPattern }) => {
    return { name, saver, keyPattern, turn: kind.create(saver), times: createTimes() };
  });
  const threads = Array.from(
    { length: rounds },
    (_, round) => `chat-${kind.name.replace(/\W+/g, "-")}-${round}`,
  );
  for (const [round, thread] of threads.entries()) {
    note(`chat ${round + 1} of ${rounds}, ${kind.name}`);
    for (let turn = 1; turn < turns; turn++) {
      const shift = turn % lanes.length;
      for (const lane of [...lanes.slice(shift), ...lanes.slice(0, shift)]) {
        const start = performance.now();
        await lane.turn(thread, turn);
        lane.times.add(turn, performance.now() - start);
      }
    }
  }

  const [thread = ""] = threads;
  const capture = await startCapture(bench.server.url, bench.redis);
  const rows: ChatRow[] = [];
  for (const { name, turn, times, keyPattern } of lanes) {
    const { sent } = await capture.during(() => turn(thread, turns));
    const pattern = keyPattern(thread);
    const commands = name === MEMORY ? undefined : sent.length;
    rows.push({
      chat: kind.name,
      delta: kind.delta,
      contender: name,
      bytes: pattern === undefined ? undefined : await sizeOf(bench, pattern),
      early: times.median(EARLY),
      late: times.median({ from: turns - LATE, to: turns - 1 }),
      commands,
      commandsPerStep: commands === undefined ? undefined : commands / STEPS,
    });
  }
  capture.stop();
  for (const { name, saver } of lanes) {
    if (name === MEMORY) continue;
    for (const one of threads) await saver.deleteThread(one);
  }
  return rows;
}

function createTimes() {
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
