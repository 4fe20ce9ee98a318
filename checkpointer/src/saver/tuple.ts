import { TASKS, maxChannelVersion } from "@langchain/langgraph-checkpoint";
import type { Checkpoint, CheckpointMetadata, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { toConfig } from "../config.js";
import { fromStored } from "./document.js";
import { namespaceOfField, unescapeField } from "./fields.js";
import { readWrites } from "./pending-writes.js";
import { asText, forEachGroup } from "./reply.js";
import type { Reply } from "./reply.js";

/** The first format that keeps pending sends in a channel. Before, they are the parent's writes. */
const FORMAT_WITH_SENDS = 4;
/** Fixed, not random: a checkpoint must have the same version each time that it is read. */
const FIRST_VERSION = 1;

/** A checkpoint from an item of `get` or `list`. */
export async function readTuple(
  threadId: string,
  reply: Reply,
  item: readonly unknown[],
): Promise<CheckpointTuple> {
  const [namespaceField, id, parent, document, metadata, channels, writes, sends] = item;
  const namespace = namespaceOfField(asText(namespaceField));
  const parentId = unescapeField(asText(parent));
  const [checkpoint, values, loadedMetadata, pendingWrites] = await Promise.all([
    reply.load(document),
    readValues(reply, channels),
    reply.load(metadata),
    readWrites(reply, writes),
  ]);
  const tuple: CheckpointTuple = {
    config: toConfig(threadId, namespace, unescapeField(asText(id))),
    checkpoint: asCheckpoint(checkpoint, values),
    metadata: asMetadata(loadedMetadata),
    pendingWrites,
  };
  if (parentId === "") return tuple;
  tuple.parentConfig = toConfig(threadId, namespace, parentId);
  if (tuple.checkpoint.v < FORMAT_WITH_SENDS) await addPendingSends(tuple.checkpoint, reply, sends);
  return tuple;
}

/** Reads a flat list of channels, each with the place of its value. */
export async function readValues(reply: Reply, channels: unknown): Promise<Record<string, unknown>> {
  const entries: Promise<[string, unknown]>[] = [];
  forEachGroup(channels, 2, (list, at) => {
    const channel = unescapeField(asText(list[at]));
    entries.push(reply.load(list[at + 1]).then((value) => [channel, value]));
  });
  // Unlike an assignment, this gives a channel named __proto__ a property of its own.
  return Object.fromEntries(await Promise.all(entries));
}

async function addPendingSends(checkpoint: Checkpoint, reply: Reply, sends: unknown): Promise<void> {
  const writes = (await readWrites(reply, sends)).filter(([, channel]) => channel === TASKS);
  checkpoint.channel_values[TASKS] = writes.map(([, , value]) => value);
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_versions[TASKS] = versions.length > 0 ? maxChannelVersion(...versions) : FIRST_VERSION;
}

function asCheckpoint(document: unknown, values: Record<string, unknown>): Checkpoint {
  return { ...fromStored(document), channel_values: values };
}

/** The metadata is what `put` was given. */
export function asMetadata(metadata: unknown): CheckpointMetadata {
  return metadata as CheckpointMetadata;
}
