import { describeMachine } from "../../harness/machine.js";
import type { Rounds } from "../interleave.js";
import type { Part } from "../part.js";
import { judge } from "./aims.js";
import { CHATS } from "./chat.js";
import { withBench } from "./contenders.js";
import { type ChatRow, measureChat } from "./measure-chat.js";
import { addForeignKeys, measureFlatness, measureOperations, type Row } from "./measure-operations.js";
import { type Figures, report } from "./report.js";

const SIZES = [10, 100, 1000];
const FOREIGN_KEYS = 100_000;
const FOREIGN_SIZE = 100;
const WARM_UP = 50;
/** Among foreign keys the official saver takes a second to list. */
const MAX_SAMPLES_AMONG_FOREIGN = 40;

/** Our LangGraph checkpointer beside the official one, MemorySaver and a PING. Its sizes are fixed. */
export const benchCheckpointer: Part = async ({ env, samples, note }) => {
  const rounds: Rounds = { samples, warmUp: Math.min(WARM_UP, samples) };
  const figures = await withBench(env, async (bench): Promise<Figures> => {
    const operations: Row[] = [];
    for (const size of SIZES) {
      note(`measuring at ${size} checkpoints`);
      operations.push(...(await measureOperations(bench, size, 0, rounds)));
    }
    note("measuring getTuple at all sizes in turns");
    const flatness = await measureFlatness(bench, SIZES, rounds);
    const chats: ChatRow[] = [];
    for (const kind of CHATS) chats.push(...(await measureChat(bench, kind, note)));
    note(`measuring among ${FOREIGN_KEYS} foreign keys`);
    await addForeignKeys(bench, FOREIGN_KEYS);
    const few = { samples: Math.min(samples, MAX_SAMPLES_AMONG_FOREIGN), warmUp: 3 };
    operations.push(...(await measureOperations(bench, FOREIGN_SIZE, FOREIGN_KEYS, few)));
    return {
      machine: describeMachine(),
      redis: bench.server.version,
      operations,
      chats,
      flatness,
      aims: judge(operations, flatness, chats),
    };
  });
  return { report: report(figures), figures };
};
