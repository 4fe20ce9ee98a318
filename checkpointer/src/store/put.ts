import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import type { PutOperation } from "@langchain/langgraph-checkpoint";
import type { StoreContext } from "./context.js";
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
    const before = await replaced(context, place, name);
    await client.deleteItem(place, name);
    return dropParts(context, before);
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError("The value of an item must be an object, or null to delete it.");
  }
  const metadata = await writeValue(context, place, `The value of the item ${JSON.stringify(key)}`, value);
  const content = index === false ? undefined : textOf(value, index ?? settings.fields);
  const before = await replaced(context, place, name, Object.hasOwn(metadata, MARK));
  await client.putItem(place, name, {
    metadata,
    ...(content === undefined ? {} : { content }),
    ...(settings.ttlSeconds === undefined ? {} : { ttl_seconds: settings.ttlSeconds }),
  });
  await dropParts(context, before);
}

/** What is stored, where it may have parts. */
async function replaced(context: StoreContext, place: string, name: string, large = false) {
  const look = large || (await context.largeValues.areHere());
  return look ? context.client.getItem(place, name) : undefined;
}
