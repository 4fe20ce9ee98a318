import type { Send } from "../connection.js";
import { notStored, NotStoredError } from "../saver/lossless.js";
import type { SourceItem, StoreSource, UnreadItem } from "../copy/copy-store.js";
import { parsePython } from "./json.js";
import { documentAt, documentsUnder } from "./keys.js";
import { valueOf } from "./threads.js";

const WHAT = "The item";
const TYPE = "__serde_type__";
const DATA = "__serde_data__";

/** A copy reads its items once, so its other methods have nothing to give. */
export function pythonItems(send: Send, prefix: string): StoreSource & Required<Pick<StoreSource, "items">> {
  return {
    search: () => Promise.resolve([]),
    listNamespaces: () => Promise.resolve([]),
    items: () => itemsOf(send, `${prefix}:`),
  };
}

async function* itemsOf(send: Send, prefix: string): AsyncGenerator<SourceItem | UnreadItem> {
  for await (const keys of documentsUnder(send, prefix)) {
    const documents = await Promise.all(keys.map(async (key) => [key, await documentAt(send, key)] as const));
    for (const [key, json] of documents) if (json !== undefined) yield readItem(key, json);
  }
}

function readItem(where: string, json: string): SourceItem | UnreadItem {
  const kept: string[] = [];
  try {
    const document = parsePython(WHAT, json);
    if (typeof document !== "object" || document === null) throw notStored(WHAT, NO_ITEM);
    const { prefix, key, value, updated_at: updatedAt } = document as Readonly<Record<string, unknown>>;
    if (typeof prefix !== "string" || typeof key !== "string") throw notStored(WHAT, NO_ITEM);
    return {
      namespace: prefix.replaceAll(/\\(.)/gs, "$1").split("."),
      key,
      value: readValue(value, kept),
      kept,
      // Microseconds.
      ...(typeof updatedAt === "number" ? { updatedAt: new Date(updatedAt / 1000) } : {}),
    };
  } catch (error) {
    if (!(error instanceof NotStoredError)) throw error;
    return { where, reason: error.message };
  }
}

const NO_ITEM = "it hasn't the layout of the RedisStore of langgraph-checkpoint-redis for Python.";

/** A value that JSON has no form for is in an envelope; any other one is as it was given, whatever it looks like. */
function readValue(value: unknown, kept: string[]): Record<string, unknown> {
  const read = isEnvelope(value) ? opened(value[TYPE], value[DATA], kept) : value;
  if (typeof read !== "object" || read === null || Array.isArray(read))
    throw notStored(WHAT, "its value isn't an object.");
  return read as Record<string, unknown>;
}

interface Envelope {
  readonly [TYPE]: unknown;
  readonly [DATA]: string;
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  return TYPE in value && DATA in value && typeof value[DATA] === "string";
}

const opened = (type: unknown, data: string, kept: string[]): unknown =>
  valueOf(WHAT, type, Buffer.from(data, type === "json" ? "utf8" : "hex"), kept);
