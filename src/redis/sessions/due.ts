import type { SessionRef } from "../../memory/sessions/session.js";
import { dueNotes } from "../search/due-notes.js";
import type { SessionDeps } from "./deps.js";

export async function due(
  { redis, keys }: SessionDeps,
  now: number,
  limit: number,
): Promise<readonly SessionRef[]> {
  const index = keys.sessionsDueIndex();
  const notes = await dueNotes(redis, { index, fields: ["ns", "sid"] }, now, limit);
  return notes.flatMap(([namespace, sessionId]) =>
    typeof namespace === "string" && typeof sessionId === "string" ? [{ namespace, sessionId }] : [],
  );
}
