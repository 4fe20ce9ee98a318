import { InvalidNamespaceError } from "@langchain/langgraph-checkpoint";
import type { PutOperation } from "@langchain/langgraph-checkpoint";
import type { StoreContext } from "./context.js";
import { assertLossless } from "../saver/lossless.js";
import { encodeKey, encodeNamespace } from "./names.js";
import { textOf } from "./text.js";

/** A null value deletes; an item that isn't there is deleted already. */
export async function put(
  { client, settings }: StoreContext,
  { namespace, key, value, index }: PutOperation,
): Promise<void> {
  if (namespace.length === 0) throw new InvalidNamespaceError("Namespace cannot be empty.");
  const place = encodeNamespace(settings.root, namespace);
  if (value === null) return client.deleteItem(place, encodeKey(key));
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new TypeError("The value of an item must be an object, or null to delete it.");
  }
  assertLossless(`The value of the item ${JSON.stringify(key)}`, value, "json");
  const content = index === false ? undefined : textOf(value, index ?? settings.fields);
  return client.putItem(place, encodeKey(key), {
    metadata: value,
    ...(content === undefined ? {} : { content }),
    ...(settings.ttlSeconds === undefined ? {} : { ttl_seconds: settings.ttlSeconds }),
  });
}
