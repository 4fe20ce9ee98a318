import { sessionFacet } from "../../memory/model/facets.js";
import type { Preceding } from "../../memory/ports/records.js";
import { contextFor } from "../../memory/embedding/preceding.js";
import type { StoreDeps } from "../deps.js";
import { peekMany } from "./get.js";

/** The sessions' keys name their last turns; the words are the records' own, so that they end with them. */
export async function lastTurns(
  deps: StoreDeps,
  namespace: string,
  sessionIds: readonly string[],
): Promise<readonly (Preceding | undefined)[]> {
  if (sessionIds.length === 0) return [];
  const { redis, keys } = deps;
  const wanted = sessionIds.map((sessionId) => keys.turn(namespace, sessionFacet(sessionId)));
  const turns = await redis.run((client) => client.mGet(wanted));
  const memories = await peekMany(
    deps,
    namespace,
    turns.filter((id) => id !== null),
  );
  const lent = new Map(
    memories
      .filter((memory) => memory !== undefined)
      // An excerpt doesn't hold the end of what was said.
      .filter(({ archived }) => archived === null)
      .map(({ id, content }) => [id, { id, text: contextFor(content) }]),
  );
  return turns.map((id) => (id === null ? undefined : lent.get(id)));
}
