import type { GetOperation, Item } from "@langchain/langgraph-checkpoint";
import type { StoreContext } from "./context.js";
import { itemOf } from "./item.js";
import { encodeKey, encodeNamespace } from "./names.js";

export async function get(
  { client, settings }: StoreContext,
  { namespace, key }: GetOperation,
): Promise<Item | null> {
  const place = encodeNamespace(settings.root, namespace);
  if (place === "") return null;
  const memory = await client.getItem(place, encodeKey(key));
  return memory === undefined ? null : (itemOf(settings.root, memory) ?? null);
}
