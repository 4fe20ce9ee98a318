import { MEMORY_TYPES } from "../../model/record.js";
import { refOf } from "../language/derived-memory.js";
import { isUnread } from "./eligible.js";
import type { Planning } from "./planner.js";
import type { Action, Draft } from "../run.js";
import { walkAround } from "./walk.js";

const TOGETHER = 32;
const NOTHING: Pick<Draft, "memories" | "made"> = {
  memories: [],
  made: { method: "deterministic", model: null, because: null },
};

/**
 * Plans the end of unread memories: not used, seen again, judged, pinned or shared for a long time, and of at most
 * default importance.
 */
export async function* planExpiry(planning: Planning): AsyncGenerator<Action, void> {
  const { services, run, taken, now } = planning;
  const { store } = services.memory;
  const unreadMs = run.options.unread_seconds * 1000;
  for await (const memories of walkAround(planning, MEMORY_TYPES)) {
    const vitals = await store.vitals(
      run.namespace,
      memories.map(({ id }) => id),
    );
    const unread = memories.filter((memory, index) => {
      const known = vitals[index];
      return known !== undefined && !taken.has(memory.id) && isUnread(memory, known, unreadMs, now);
    });
    for (let from = 0; from < unread.length; from += TOGETHER) {
      const sources = unread.slice(from, from + TOGETHER).map(refOf);
      yield { step: "expire", sources, draft: { ...NOTHING, supersede: sources } };
    }
  }
}
