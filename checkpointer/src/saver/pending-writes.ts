import { compareWritesSortKeys, writesSortKey } from "@langchain/langgraph-checkpoint";
import type { CheckpointPendingWrite, WritesSortKey } from "@langchain/langgraph-checkpoint";
import { unescapeField } from "./fields.js";
import { asText, forEachGroup } from "./reply.js";
import type { Reply } from "./reply.js";

const FIELDS = 5;

interface StoredWrite {
  readonly task: string;
  readonly channel: string;
  readonly key: WritesSortKey;
  readonly value: Promise<unknown>;
}

/** The writes of one checkpoint in the order in which a run applies them: by task path, task, index. */
export async function readWrites(reply: Reply, flat: unknown): Promise<CheckpointPendingWrite[]> {
  const writes: StoredWrite[] = [];
  forEachGroup(flat, FIELDS, (list, at) => {
    const task = unescapeField(asText(list[at]));
    writes.push({
      task,
      channel: unescapeField(asText(list[at + 3])),
      key: writesSortKey(unescapeField(asText(list[at + 2])), task, Number(list[at + 1])),
      value: reply.load(list[at + 4]),
    });
  });
  writes.sort((a, b) => compareWritesSortKeys(a.key, b.key));
  return Promise.all(
    writes.map(({ task, channel, value }) =>
      value.then((loaded): CheckpointPendingWrite => [task, channel, loaded]),
    ),
  );
}
