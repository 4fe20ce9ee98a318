import type { CheckpointPendingWrite, DeltaChannelHistory } from "@langchain/langgraph-checkpoint";
import type { Address } from "../config.js";
import type { Context } from "./context.js";
import { escapeField, namespaceField } from "./fields.js";
import { readWrites } from "./pending-writes.js";
import { readReply } from "./reply.js";
import { readValues } from "./tuple.js";

/** For each channel the nearest ancestor's stored value, and the writes since, the oldest first. */
export async function getDeltaChannelHistory(
  context: Context,
  { threadId, namespace, checkpointId }: Address,
  channels: readonly string[],
): Promise<Record<string, DeltaChannelHistory>> {
  const { run, keys, ttl } = context;
  const raw = await run("history", keys.thread(threadId), [
    ttl.onRead,
    namespaceField(namespace),
    escapeField(checkpointId),
    ...channels.map(escapeField),
  ]);
  const reply = readReply(context, threadId, raw);
  const steps = await Promise.all(
    reply.items.toReversed().map(async ([stored, written]) => ({
      seeds: await readValues(reply, stored),
      writes: await readWrites(reply, written),
    })),
  );
  const seeds = new Map(steps.flatMap((step) => Object.entries(step.seeds)));
  const writes = new Map<string, CheckpointPendingWrite[]>(channels.map((channel) => [channel, []]));
  for (const write of steps.flatMap((step) => step.writes)) writes.get(write[1])?.push(write);
  return Object.fromEntries(channels.map((channel) => [channel, historyOf(channel, writes, seeds)]));
}

function historyOf(
  channel: string,
  writes: ReadonlyMap<string, CheckpointPendingWrite[]>,
  seeds: ReadonlyMap<string, unknown>,
): DeltaChannelHistory {
  const history: DeltaChannelHistory = { writes: writes.get(channel) ?? [] };
  if (seeds.has(channel)) history.seed = seeds.get(channel);
  return history;
}
