import type { MemoryRef } from "../../memory/model/ref.js";
import { parseStored } from "../codec/document.js";
import type { StoreDeps } from "../deps.js";

export async function wordsOf(
  { redis, keys }: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly string[]> {
  if (refs.length === 0) return [];
  const replies = await redis.run((client) =>
    Promise.all(
      refs.map(({ namespace, id }) =>
        client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.index.text"]),
      ),
    ),
  );
  return replies.map((reply) => (typeof reply === "string" ? (parseStored<[string?]>(reply)[0] ?? "") : ""));
}
