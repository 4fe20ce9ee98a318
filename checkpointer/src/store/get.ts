import type { GetOperation, Item } from "@langchain/langgraph-checkpoint";
import type { StoreContext } from "./context.js";
import { readItem } from "./item.js";
import { encodeKey, encodeNamespace } from "./names.js";

export async function get(context: StoreContext, { namespace, key }: GetOperation): Promise<Item | null> {
  const place = encodeNamespace(context.settings.root, namespace);
  if (place === "") return null;
  const memory = await context.client.getItem(place, encodeKey(key));
  return memory === undefined ? null : ((await readItem(context, memory)) ?? null);
}
