import { sessionFacet } from "../../memory/facets.js";
import type { Preceding } from "../../memory/ports.js";
import type { StoreDeps } from "./deps.js";

export async function lastTurns(
  { redis, keys }: StoreDeps,
  namespace: string,
  sessionIds: readonly string[],
): Promise<readonly (Preceding | undefined)[]> {
  if (sessionIds.length === 0) return [];
  const wanted = sessionIds.map((sessionId) => keys.turn(namespace, sessionFacet(sessionId)));
  const replies = await redis.run((client) => client.mGet(wanted));
  return replies.map((reply) => (reply === null ? undefined : decodeTurn(reply)));
}

/** `id \n text`, as insert.lua writes it. */
function decodeTurn(stored: string): Preceding {
  const end = stored.indexOf("\n");
  return { id: stored.slice(0, end), text: stored.slice(end + 1) };
}
