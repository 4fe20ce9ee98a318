import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import { setTimeout as sleep } from "node:timers/promises";
import type { PutOperation } from "@langchain/langgraph-checkpoint";
import type { Condition, Memory } from "./api.js";
import type { StoreContext } from "./context.js";
import { MnemeStoreError } from "./errors.js";
import { encodeKey, encodeNamespace } from "./names.js";
import { textOf } from "./text.js";
import { MARK } from "../value/form.js";
import { dropParts } from "../value/read.js";
import { writeValue } from "../value/write.js";

/** A null value deletes; an item that isn't there is deleted already. */
export async function put(
  context: StoreContext,
  { namespace, key, value, index }: PutOperation,
): Promise<void> {
  const { client, settings } = context;
  if (namespace.length === 0) throw new InvalidNamespaceError("Namespace cannot be empty.");
  const place = encodeNamespace(settings.root, namespace);
  const name = encodeKey(key);
  if (value === null) {
    return replacing(context, place, name, false, (condition) => client.deleteItem(place, name, condition));
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError("The value of an item must be an object, or null to delete it.");
  }
  const metadata = await writeValue(context, place, `The value of the item ${JSON.stringify(key)}`, value);
  const content = index === false ? undefined : textOf(value, index ?? settings.fields);
  const item = {
    metadata,
    ...(content === undefined ? {} : { content }),
    ...(settings.ttlSeconds === undefined ? {} : { ttl_seconds: settings.ttlSeconds }),
  };
  try {
    await replacing(context, place, name, Object.hasOwn(metadata, MARK), (condition) =>
      client.putItem(place, name, item, condition),
    );
  } catch (error) {
    // Without an answer it may have been written nevertheless, and needs its parts.
    if (isRefusal(error)) await dropParts(context, { namespace: place, metadata }).catch(() => undefined);
    throw error;
  }
}

/** With these, the service or what is before it may have done it. */
const UNCERTAIN: ReadonlySet<number | undefined> = new Set([undefined, 408, 500, 502, 503, 504]);

const isRefusal = (error: unknown): boolean =>
  error instanceof MnemeStoreError && !UNCERTAIN.has(error.status);

/** Writers of one item that meet; the last try is made whatever is there. */
const ATTEMPTS = 30;
const MAX_PAUSE_MS = 50;

/**
 * Changes an item, and deletes the parts of the version that this has replaced: another writer's are found by the version.
 * Where nothing has parts, it asks for none.
 */
async function replacing(
  context: StoreContext,
  place: string,
  name: string,
  large: boolean,
  change: (condition: Condition) => Promise<void>,
): Promise<void> {
  if (!large && !(await context.largeValues.areHere())) return change({});
  for (let attempt = 1; ; attempt++) {
    const before = await context.client.getItem(place, name);
    try {
      await change(attempt < ATTEMPTS ? conditionOf(before) : {});
      return await dropParts(context, before);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof MnemeStoreError && error.status === 412)) throw error;
    }
    await sleep(Math.random() * MAX_PAUSE_MS);
  }
}

const conditionOf = (before: Memory | undefined): Condition =>
  before === undefined ? { ifNoneMatch: "*" } : { ifMatch: before.version };
