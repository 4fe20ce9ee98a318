import type { CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Address } from "../config.js";
import type { Context } from "./context.js";
import { escapeField, namespaceField } from "./fields.js";
import { readReply } from "./reply.js";
import { readTuple } from "./tuple.js";

export async function getTuple(context: Context, address: Address): Promise<CheckpointTuple | undefined> {
  const { threadId, namespace, checkpointId } = address;
  const [tuple] = await getTuples(context, threadId, [
    [namespaceField(namespace), escapeField(checkpointId)],
  ]);
  return tuple;
}

/** Those that are there, in one command. */
export async function getTuples(
  context: Context,
  threadId: string,
  members: readonly (readonly [namespaceField: string, id: string])[],
): Promise<CheckpointTuple[]> {
  const { run, keys, ttl } = context;
  const raw = await run("get", keys.thread(threadId), [ttl.onRead, ...members.flat()]);
  const reply = readReply(context, threadId, raw);
  return Promise.all(reply.items.map((item) => readTuple(threadId, reply, item)));
}
