import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import { setTimeout as sleep } from "node:timers/promises";
import type { PutOperation } from "@langchain/langgraph-checkpoint";
import type { Condition, Memory } from "./api.js";
import type { StoreContext } from "./context.js";
import { MnemeStoreError } from "./errors.js";
import { encodeKey, encodeNamespace } from "./names.js";
import { textOf } from "./text.js";
import { MARK } from "../value/form.js";
import { dropParts, haveSameParts, partsOfItem } from "../value/read.js";
import type { Stored } from "../value/read.js";
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
    return replacing(context, place, name, {
      stored: () => undefined,
      make: (condition) => client.deleteItem(place, name, condition),
      renew: async () => undefined,
    });
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError("The value of an item must be an object, or null to delete it.");
  }
  const write = () => writeValue(context, place, `The value of the item ${JSON.stringify(key)}`, value);
  // First of all, so that what can't be stored is said by its name.
  let metadata = await write();
  const content = index === false ? undefined : textOf(value, index ?? settings.fields);
  try {
    await replacing(context, place, name, {
      stored: () => ({ namespace: place, metadata }),
      make: (condition) =>
        client.putItem(
          place,
          name,
          {
            metadata,
            ...(content === undefined ? {} : { content }),
            ...(settings.ttlSeconds === undefined ? {} : { ttl_seconds: settings.ttlSeconds }),
          },
          condition,
        ),
      renew: async () => {
        metadata = await write();
      },
    });
  } catch (error) {
    if (isRefusal(error)) await dropUnlessNamed(context, name, { namespace: place, metadata });
    throw error;
  }
}

/** An attempt before the one that was refused may have been applied without an answer: then the item needs its parts. */
async function dropUnlessNamed(context: StoreContext, name: string, stored: Stored): Promise<void> {
  if (partsOfItem(stored) === undefined) return;
  try {
    const current = await context.client.getItem(stored.namespace, name).catch(noneIfInvalid);
    if (!haveSameParts(current, stored)) await dropParts(context, stored);
  } catch {
    // They may stay: `tidy` deletes what no item names.
  }
}

/** Under a name that the service takes for none, there is no item. */
function noneIfInvalid(error: unknown): undefined {
  if (!(error instanceof MnemeStoreError && error.status === 400)) throw error;
}

/** With these, the service or what is before it may have done it. */
const UNCERTAIN: ReadonlySet<number | undefined> = new Set([undefined, 408, 500, 502, 503, 504]);

const isRefusal = (error: unknown): boolean =>
  error instanceof MnemeStoreError && !UNCERTAIN.has(error.status);

/** Writers of one item that meet; the last try is made whatever is there. */
const ATTEMPTS = 30;
const MAX_PAUSE_MS = 50;

interface Change {
  /** What the item is afterwards; undefined: it is deleted. */
  stored(): Stored | undefined;
  make(condition: Condition): Promise<void>;
  /** Writes its parts again under new names. */
  renew(): Promise<void>;
}

/**
 * Changes an item, and deletes the parts of the version that this has replaced: another writer's are found by the version.
 * Where nothing has parts, it asks for none.
 *
 * A refusal by the version may follow an attempt that was applied without an answer. If the item names our parts then, it is
 * done. If others may have replaced it since, they have deleted our parts, so a further attempt needs new ones.
 */
async function replacing(context: StoreContext, place: string, name: string, change: Change): Promise<void> {
  const { client, largeValues } = context;
  const stored = change.stored();
  const marked = stored !== undefined && Object.hasOwn(stored.metadata, MARK);
  if (!marked && !(await largeValues.areHere())) return change.make({});
  const replaced: Stored[] = [];
  let before = await client.getItem(place, name);
  for (let attempt = 1; ; attempt++) {
    try {
      await change.make(attempt < ATTEMPTS ? conditionOf(before) : {});
      break;
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof MnemeStoreError && error.status === 412)) throw error;
    }
    await sleep(Math.random() * MAX_PAUSE_MS);
    const current = await client.getItem(place, name);
    const ours = change.stored();
    const isDone = haveSameParts(current, ours);
    const hasParts = ours !== undefined && partsOfItem(ours) !== undefined;
    if (isDone || !isNextOf(before, current) || !hasParts) {
      if (before !== undefined) replaced.push(before);
      if (isDone) break;
      await dropParts(context, ours);
      await change.renew();
    }
    before = current;
  }
  if (before !== undefined) replaced.push(before);
  const ours = change.stored();
  for (const each of replaced) if (!haveSameParts(each, ours)) await dropParts(context, each);
}

/** Whether one change alone lies between them: then no attempt of ours does, for the item names other parts. */
const isNextOf = (before: Memory | undefined, current: Memory | undefined): boolean =>
  before !== undefined && current?.id === before.id && current.version === before.version + 1;

const conditionOf = (before: Memory | undefined): Condition =>
  before === undefined ? { ifNoneMatch: "*" } : { ifMatch: before.version };
