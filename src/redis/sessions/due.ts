import type { SessionRef } from "../../memory/sessions/session.js";
import { SEARCH_TIMEOUT_MS } from "../memory/search.js";
import type { SessionDeps } from "./deps.js";

export async function due(
  { redis, keys }: SessionDeps,
  now: number,
  limit: number,
): Promise<readonly SessionRef[]> {
  return redis.run(async (client) => {
    const found = await client.ft.search(keys.sessionsDueIndex(), `@at:[-inf ${now}]`, {
      SORTBY: "at",
      RETURN: [],
      LIMIT: { from: 0, size: limit },
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    });
    // One command a note: they are of any namespace, and so of any slot.
    const notes = await Promise.all(found.documents.map(({ id }) => client.hmGet(id, ["ns", "sid"])));
    return notes.flatMap(([namespace, sessionId]) =>
      typeof namespace === "string" && typeof sessionId === "string" ? [{ namespace, sessionId }] : [],
    );
  });
}
