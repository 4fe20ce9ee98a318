import type { RunnableConfig } from "@langchain/core/runnables";
import type { ChannelVersions, Checkpoint, CheckpointMetadata } from "@langchain/langgraph-checkpoint";
import { announceThread } from "./announce-thread.js";
import type { Encoded } from "./codec.js";
import { toConfig } from "../config.js";
import type { Address } from "../config.js";
import type { Context } from "./context.js";
import { toStored } from "./document.js";
import { channelNamed, escapeField, namespaceField } from "./fields.js";
import { asList, asText } from "./reply.js";
import type { ScriptArgument } from "../scripts.js";

export interface PutInput {
  /** Its checkpoint is the parent. */
  readonly parent: Address;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  readonly newVersions: ChannelVersions;
}

export async function put(context: Context, input: PutInput): Promise<RunnableConfig> {
  const { threadId, namespace } = input.parent;
  const draft = await encode(context, input);
  if (!(await store(context, input, draft, { all: false }))) {
    // The thread expired or was deleted or pruned in between. All of it is at hand, so nothing is lost.
    context.known.forget(threadId);
    if (!(await store(context, input, draft, { all: true })))
      throw new Error("The checkpoint was not stored.");
  }
  return toConfig(threadId, namespace, input.checkpoint.id);
}

interface Draft {
  readonly document: Buffer;
  readonly metadata: Buffer;
  readonly fresh: readonly Channel[];
  readonly inherited: readonly Channel[];
}

interface Channel {
  readonly name: string;
  readonly version: string;
  readonly value: unknown;
}

async function encode({ codec }: Context, { checkpoint, metadata, newVersions }: PutInput): Promise<Draft> {
  const { channel_values: values, ...document } = checkpoint;
  const fresh: Channel[] = [];
  const inherited: Channel[] = [];
  for (const [name, value] of Object.entries(values)) {
    const version = ownVersion(newVersions, name) ?? ownVersion(checkpoint.channel_versions, name);
    const channel = { name, version: String(version ?? ""), value };
    // A value without a version can't be an ancestor's.
    const isNew = version === undefined || Object.hasOwn(newVersions, name);
    (isNew ? fresh : inherited).push(channel);
  }
  const [documentPayload, metadataPayload] = await Promise.all([
    codec.encodeWhole("The checkpoint", toStored(document)),
    codec.encodeWhole("The checkpoint's metadata", metadata),
  ]);
  return { document: documentPayload, metadata: metadataPayload, fresh, inherited };
}

function ownVersion(versions: ChannelVersions, name: string): string | number | undefined {
  return Object.hasOwn(versions, name) ? versions[name] : undefined;
}

/**
 * Whether it was stored.
 *
 * @param options.all send inherited values too, and list segments that Redis is thought to have
 */
async function store(
  context: Context,
  { parent, checkpoint, metadata }: PutInput,
  draft: Draft,
  { all }: { all: boolean },
): Promise<boolean> {
  const { run, keys, ttl, codec, known } = context;
  const { threadId, namespace, checkpointId } = parent;
  const fresh = all ? [...draft.fresh, ...draft.inherited] : draft.fresh;
  const inherited = all ? [] : draft.inherited;
  const encoded = await Promise.all(
    fresh.map(async (channel) => ({
      channel,
      ...(await codec.encode(channelNamed(channel.name), channel.value)),
    })),
  );
  const segments = await segmentArguments(encoded, (id) => !all && known.has(threadId, id));
  const deltas = deltaChannels(checkpoint, metadata);
  const raw = await run("put", keys.thread(threadId), [
    namespaceField(namespace),
    escapeField(checkpoint.id),
    escapeField(checkpointId),
    checkpoint.v,
    namespace === "" ? "" : escapeField(metadata.parents?.[""] ?? ""),
    ttl.onWrite,
    draft.document,
    draft.metadata,
    fresh.length,
    inherited.length,
    segments.length / 2,
    deltas.length,
    ...encoded.flatMap(({ channel, payload }) => [escapeField(channel.name), channel.version, payload]),
    ...inherited.flatMap(({ name, version }) => [escapeField(name), version]),
    ...segments,
    ...deltas.map(escapeField),
  ]);
  const [outcome, newThread] = asList(raw);
  if (asText(outcome) !== "stored") return false;
  for (const { segments: stored } of encoded) {
    known.add(
      threadId,
      stored.map(({ id }) => id),
    );
  }
  await announceThread(context, threadId, newThread === 1);
  return true;
}

async function segmentArguments(
  encoded: readonly Encoded[],
  isKnown: (id: string) => boolean,
): Promise<ScriptArgument[]> {
  const missing = new Map<string, () => Promise<Buffer>>();
  for (const { segments } of encoded) {
    for (const { id, payload } of segments) if (!isKnown(id)) missing.set(id, payload);
  }
  const payloads = await Promise.all([...missing.values()].map((payload) => payload()));
  return [...missing.keys()].flatMap((id, i) => [Buffer.from(id, "latin1"), payloads[i] ?? Buffer.alloc(0)]);
}

/** Channels whose value LangGraph rebuilds from the ancestors' writes: it counts the steps since it last stored one. */
export function deltaChannels(checkpoint: Checkpoint, metadata: CheckpointMetadata): string[] {
  const counted = Object.keys(metadata.counters_since_delta_snapshot ?? {});
  return counted.filter((name) => !Object.hasOwn(checkpoint.channel_values, name));
}
