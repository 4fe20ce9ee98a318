import type {
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
  CheckpointTuple,
} from "@langchain/langgraph-checkpoint";
import { toConfig } from "../config.js";
import type { Send } from "../connection.js";
import { channelNamed } from "../saver/fields.js";
import { notStored } from "../saver/lossless.js";
import type { Place, ReadCheckpoint, ThreadSource, Unread } from "../copy/thread-source.js";
import { parsePython } from "./json.js";
import { documentAt, documentsUnder, textsAt } from "./keys.js";
import { decodeMsgpack } from "./msgpack.js";
import { revive } from "./records.js";

export interface Prefixes {
  readonly checkpoints: string;
  readonly writes: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface Stored extends Place {
  readonly key: string;
}

interface Index {
  /** The checkpoints of each thread. */
  readonly threads: ReadonlyMap<string, readonly Stored[]>;
  /** By checkpoint: what follows in the keys of its writes, `TASK:INDEX`. */
  readonly writes: ReadonlyMap<string, readonly string[]>;
  readonly unread: readonly Unread[];
}

/** RediSearch can't find empty texts, so these stand for them. */
const EMPTY_TEXT = "__empty__";
const EMPTY_ID = "00000000-0000-0000-0000-000000000000";
const fromText = (text: string): string => (text === EMPTY_TEXT ? "" : text);
const fromId = (id: string): string => (id === EMPTY_ID ? "" : id);

/** Only names are in memory, and one checkpoint. */
export function pythonThreads(send: Send, prefixes: Prefixes): ThreadSource {
  let found: Promise<Index> | undefined;
  const index = (): Promise<Index> => (found ??= lookThrough(send, prefixes));
  return {
    threadIds: async () => [...(await index()).threads.keys()],
    unread: async () => (await index()).unread,
    places: async (threadId) => (await index()).threads.get(threadId) ?? [],
    async read(threadId, place) {
      const { threads, writes } = await index();
      const stored = threads.get(threadId)?.find((each) => each === place);
      if (stored === undefined) return undefined;
      const json = await documentAt(send, stored.key);
      if (json === undefined) return undefined;
      const name = nameOfWrites(prefixes, threadId, stored);
      const keys = (writes.get(name) ?? []).map((rest) => `${name}:${rest}`);
      const documents = await Promise.all(keys.map(async (key) => documentAt(send, key)));
      return readCheckpoint(
        threadId,
        stored,
        json,
        documents.filter((each) => each !== undefined),
      );
    },
  };
}

const nameOfWrites = ({ writes }: Prefixes, threadId: string, { namespace, checkpointId }: Place): string =>
  [
    writes,
    threadId,
    namespace === "" ? EMPTY_TEXT : namespace,
    checkpointId === "" ? EMPTY_ID : checkpointId,
  ].join(":");

async function lookThrough(send: Send, prefixes: Prefixes): Promise<Index> {
  const threads = new Map<string, Map<string, Stored>>();
  const unread = new Map<string, Unread>();
  for await (const keys of documentsUnder(send, `${prefixes.checkpoints}:`)) {
    const read = async (key: string) =>
      [key, await textsAt(send, key, ["thread_id", "checkpoint_ns", "checkpoint_id"])] as const;
    for (const [key, texts] of await Promise.all(keys.map(read))) {
      if (texts === undefined) continue;
      const { thread_id: threadId, checkpoint_ns: namespace, checkpoint_id: checkpointId } = texts;
      if (threadId === undefined || namespace === undefined || checkpointId === undefined) {
        unread.set(key, {
          kind: "failed",
          where: key,
          reason: "it isn't a checkpoint of langgraph-checkpoint-redis.",
        });
      } else if (threadId === EMPTY_ID) {
        unread.set(key, { kind: "failed", where: key, reason: "its thread has an empty id." });
      } else {
        const stored = { key, namespace: fromText(namespace), checkpointId: fromId(checkpointId) };
        threads.set(threadId, (threads.get(threadId) ?? new Map<string, Stored>()).set(key, stored));
      }
    }
  }
  const writes = new Map<string, Set<string>>();
  for await (const keys of documentsUnder(send, `${prefixes.writes}:`)) {
    for (const key of keys) {
      const [, name = key, rest = ""] = /^(.*):([^:]*:[^:]*)$/s.exec(key) ?? [];
      writes.set(name, (writes.get(name) ?? new Set<string>()).add(rest));
    }
  }
  const lists = new Map([...threads].map(([id, stored]) => [id, [...stored.values()]] as const));
  const named = new Set(
    [...lists].flatMap(([id, list]) => list.map((stored) => nameOfWrites(prefixes, id, stored))),
  );
  for (const [name, keys] of writes) {
    if (named.has(name)) continue;
    // Shallow savers leave the writes of earlier checkpoints.
    for (const rest of keys)
      unread.set(`${name}:${rest}`, {
        kind: "skipped",
        where: `${name}:${rest}`,
        reason: "its checkpoint isn't there any more.",
      });
  }
  return {
    threads: lists,
    writes: new Map([...writes].map(([name, keys]) => [name, [...keys]] as const)),
    unread: [...unread.values()],
  };
}

function readCheckpoint(
  threadId: string,
  place: Place,
  json: string,
  writes: readonly string[],
): ReadCheckpoint {
  const kept: string[] = [];
  const document = fieldsOf("The checkpoint", parsePython("The checkpoint", json));
  const stored = document["checkpoint"];
  const checkpoint = fieldsOf(
    "The checkpoint",
    typeof stored === "string" ? parsePython("The checkpoint", stored) : stored,
  );
  const { metadata } = document;
  const tuple: CheckpointTuple = {
    config: toConfig(threadId, place.namespace, place.checkpointId),
    checkpoint: checkpointOf(checkpoint, kept),
    metadata: revive(
      { what: "The checkpoint's metadata", kept, bytes: false },
      fieldsOf(
        "The checkpoint's metadata",
        typeof metadata === "string" ? parsePython("The checkpoint's metadata", metadata) : metadata,
      ),
    ) as CheckpointMetadata,
    pendingWrites: writesOf(writes, kept),
  };
  const parent = document["parent_checkpoint_id"];
  if (typeof parent === "string" && fromId(parent) !== "")
    tuple.parentConfig = toConfig(threadId, place.namespace, parent);
  return { tuple, kept };
}

function checkpointOf(stored: Fields, kept: string[]): Checkpoint {
  // `type` and `pending_sends` are the saver's own.
  const {
    type,
    pending_sends: _,
    channel_values: values,
    channel_versions: versions,
    versions_seen: seen,
    ...rest
  } = stored;
  if (
    (type !== "json" && type !== "msgpack") ||
    typeof rest["id"] !== "string" ||
    typeof rest["v"] !== "number"
  ) {
    throw notStored("The checkpoint", "it hasn't the layout of langgraph-checkpoint-redis 0.5 for Python.");
  }
  const channels = Object.entries(fieldsOf("Its channels", values));
  return {
    ...(revive({ what: "The checkpoint", kept, bytes: false }, rest) as Pick<Checkpoint, "v" | "id" | "ts">),
    channel_values: Object.fromEntries(
      channels.map(([name, value]) => [name, revive({ what: channelNamed(name), kept, bytes: true }, value)]),
    ),
    channel_versions: versionsOf(versions),
    versions_seen: Object.fromEntries(
      Object.entries(fieldsOf("Its versions", seen)).map(([node, each]) => [node, versionsOf(each)]),
    ),
  };
}

/**
 * Versions are texts in Python, `00000000000000000000000000000002.0.4071`: a count and a random fraction. As numbers they
 * have the same order, and savers for JavaScript go on from them.
 */
function versionsOf(versions: unknown): ChannelVersions {
  return Object.fromEntries(
    Object.entries(fieldsOf("Its versions", versions)).map(([channel, version]) => {
      const [, count, fraction = "0"] = /^(\d+)(?:\.(\d.*))?$/.exec(String(version)) ?? [];
      const number = Number(count) + Number(fraction);
      if (!Number.isFinite(number))
        throw notStored(channelNamed(channel), "its version isn't one of LangGraph for Python.");
      return [channel, number];
    }),
  );
}

function writesOf(
  documents: readonly string[],
  kept: string[],
): NonNullable<CheckpointTuple["pendingWrites"]> {
  const writes = documents.map((json) => {
    const { task_id: task, idx, channel, type, blob } = fieldsOf("A write", parsePython("A write", json));
    if (
      typeof task !== "string" ||
      typeof channel !== "string" ||
      typeof idx !== "number" ||
      typeof blob !== "string"
    ) {
      throw notStored("A write", "it hasn't the layout of langgraph-checkpoint-redis 0.5 for Python.");
    }
    return {
      task,
      channel,
      idx,
      value: valueOf(`The write to ${JSON.stringify(channel)}`, type, Buffer.from(blob, "base64"), kept),
    };
  });
  const sorted = writes.toSorted((one, other) =>
    one.task < other.task ? -1 : one.task > other.task ? 1 : one.idx - other.idx,
  );
  return sorted.map(({ task, channel, value }) => [task, channel, value]);
}

/** A value that LangGraph's serializer for Python gave a type. */
export function valueOf(what: string, type: unknown, bytes: Buffer, kept: string[]): unknown {
  switch (type) {
    case "null":
      return null;
    case "bytes":
    case "bytearray":
      return new Uint8Array(bytes);
    case "json":
      return revive({ what, kept, bytes: false }, parsePython(what, bytes.toString("utf8")));
    case "msgpack":
      return revive({ what, kept, bytes: false }, decodeMsgpack(what, bytes));
    default:
      throw notStored(what, `it is of the type ${JSON.stringify(type)}, which only Python can read.`);
  }
}

function fieldsOf(what: string, value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw notStored(what, "it isn't an object.");
}
