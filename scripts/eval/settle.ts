import { setTimeout as sleep } from "node:timers/promises";
import { requireOk } from "./api.js";
import type { Client } from "./api.js";

const POLL_MS = 200;

/** Waits until every passage of these memories is embedded. Gives how many the embedder refused. */
export async function settle(
  client: Client,
  namespace: string,
  ids: readonly string[],
  onSettled: () => void,
): Promise<number> {
  let refused = 0;
  for (const id of ids) {
    for (;;) {
      const status = await embeddingStatus(client, namespace, id);
      if (status !== "pending" && status !== "partial") {
        if (status === "refused") refused += 1;
        break;
      }
      await sleep(POLL_MS);
    }
    onSettled();
  }
  return refused;
}

async function embeddingStatus(client: Client, ns: string, id: string) {
  const answer = await client.v1.namespaces[":ns"].memories[":id"].$get({ param: { ns, id }, query: {} });
  await requireOk(answer, `Reading ${id}`);
  // requireOk has thrown unless it is a memory.
  const memory = await answer.json();
  return "embedding" in memory ? memory.embedding.status : undefined;
}
