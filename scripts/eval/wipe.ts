import { connectOnce } from "../redis/server/connect.js";

/** Removes all that a run with this key prefix left, except its cache of embeddings: those depend on texts only. */
export async function wipeExceptEmbeddings(url: string, prefix: string): Promise<void> {
  const client = await connectOnce({ url });
  try {
    const indexes = await client.sendCommand(["FT._LIST"]);
    for (const index of Array.isArray(indexes) ? indexes.map(String) : []) {
      if (index.startsWith(`${prefix}:`)) await client.ft.dropIndex(index);
    }
    for await (const keys of client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1000 })) {
      const gone = keys.filter((key) => !key.startsWith(`${prefix}:emb:`));
      if (gone.length > 0) await client.unlink(gone);
    }
  } finally {
    client.destroy();
  }
}
