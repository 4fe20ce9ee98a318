import { WRITES_IDX_MAP } from "@langchain/langgraph-checkpoint";
import type { PendingWrite } from "@langchain/langgraph-checkpoint";
import type { Address } from "../config.js";
import type { Context } from "./context.js";
import { channelNamed, escapeField, namespaceField } from "./fields.js";

export interface PutWritesInput {
  readonly address: Address;
  readonly writes: readonly PendingWrite[];
  readonly taskId: string;
  readonly taskPath: string;
}

export async function putWrites(context: Context, input: PutWritesInput): Promise<void> {
  const { address, writes, taskId, taskPath } = input;
  if (writes.length === 0) return;
  const { run, keys, ttl, codec } = context;
  const payloads = await Promise.all(
    writes.map(([channel, value]) => codec.encodeWhole(channelNamed(channel), value)),
  );
  await run("putWrites", keys.thread(address.threadId), [
    `${namespaceField(address.namespace)}${escapeField(address.checkpointId)}`,
    ttl.onWrite,
    escapeField(taskId),
    escapeField(taskPath),
    ...writes.flatMap(([channel], i) => [
      indexOfWrite(channel, i),
      escapeField(channel),
      payloads[i] ?? Buffer.alloc(0),
    ]),
  ]);
}

/** Special channels have indices of their own, below zero: an error or an interrupt is written over the one before. */
function indexOfWrite(channel: string, position: number): number {
  return Object.hasOwn(WRITES_IDX_MAP, channel) ? (WRITES_IDX_MAP[channel] ?? position) : position;
}
