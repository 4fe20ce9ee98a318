import {
  type CheckpointPendingWrite,
  compareWritesSortKeys,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import { unescapeField } from "./fields.js";
import { asText, groups, type Reply } from "./reply.js";

const FIELDS = 5;

/** The writes of one checkpoint in the order in which a run applies them: by task path, task, index. */
export async function readWrites(reply: Reply, flat: unknown): Promise<CheckpointPendingWrite[]> {
  const writes = groups(flat, FIELDS).map(([task, idx, path, channel, seq]) => ({
    task: unescapeField(asText(task)),
    channel: unescapeField(asText(channel)),
    key: writesSortKey(unescapeField(asText(path)), unescapeField(asText(task)), Number(idx)),
    seq,
  }));
  writes.sort((a, b) => compareWritesSortKeys(a.key, b.key));
  return Promise.all(
    writes.map(async ({ task, channel, seq }): Promise<CheckpointPendingWrite> => [
      task,
      channel,
      await reply.load(seq),
    ]),
  );
}
