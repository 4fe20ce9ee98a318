import { describeMachine } from "../../harness/machine.js";
import type { Rounds } from "../measure/interleave.js";
import type { Part } from "../part.js";
import { judge } from "./aims.js";
import { CHATS } from "./chat.js";
import { withBench } from "./contenders.js";
import { measureChat } from "./measure-chat.js";
import type { ChatRow } from "./measure-chat.js";
import { addForeignKeys, measureFlatness, measureOperations } from "./measure-operations.js";
import type { Row } from "./measure-operations.js";
import { report } from "./report.js";
import type { Figures } from "./report.js";

const SIZES = [10, 100, 1000];
const FOREIGN_KEYS = 100_000;
const FOREIGN_SIZE = 100;
const WARM_UP = 50;
/** Of each chat; a small run does with one. */
const ROUNDS = 3;
/** Of each chat; the ten turns around the tenth and the last ten must not overlap. */
const TURNS = { min: 30, max: 100 };
/** Among foreign keys the official saver takes a second to list. */
const MAX_SAMPLES_AMONG_FOREIGN = 40;

/**
 * mneme's LangGraph checkpointer compared with the official one, MemorySaver and a PING. Its sizes are fixed, up to
 * `records`.
 */
export const benchCheckpointer: Part = async ({ env, records, samples, note }) => {
  const most = Math.max(...records);
  const sizes = SIZES.filter((size, index) => index === 0 || size <= most);
  const foreignKeys = Math.min(FOREIGN_KEYS, most);
  const rounds: Rounds = { samples, warmUp: Math.min(WARM_UP, samples) };
  const figures = await withBench(env, async (bench): Promise<Figures> => {
    const operations: Row[] = [];
    for (const size of sizes) {
      note(`measuring at ${size} checkpoints`);
      operations.push(...(await measureOperations(bench, size, 0, rounds)));
    }
    note("measuring getTuple at all sizes in turns");
    const flatness = await measureFlatness(bench, sizes, rounds);
    const chats: ChatRow[] = [];
    const turns = Math.max(TURNS.min, Math.min(most, TURNS.max));
    for (const kind of CHATS) {
      chats.push(...(await measureChat(bench, kind, { rounds: most < 1000 ? 1 : ROUNDS, turns }, note)));
    }
    note(`measuring among ${foreignKeys} foreign keys`);
    await addForeignKeys(bench, foreignKeys);
    const few = { samples: Math.min(samples, MAX_SAMPLES_AMONG_FOREIGN), warmUp: 3 };
    operations.push(...(await measureOperations(bench, Math.min(FOREIGN_SIZE, most), foreignKeys, few)));
    return {
      machine: describeMachine(),
      redis: bench.server.version,
      operations,
      turns,
      chats,
      flatness,
      aims: judge(operations, flatness, chats),
    };
  });
  return { report: report(figures), figures };
};
