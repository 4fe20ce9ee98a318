import type { ConsolidationSettings } from "../../../access/namespaces/settings.js";
import { trailOf } from "../../../access/trail.js";
import type { Context } from "../../../domain/context.js";
import { SYSTEM_ACTOR, systemContext } from "../../../domain/context.js";
import { scheduledOptions } from "../options.js";
import { nextTime } from "./schedule.js";
import type { WorkServices } from "../services.js";

/** A namespace's settings of consolidation, as they are now. */
export type ScheduleOf = (context: Context, namespace: string) => Promise<ConsolidationSettings | null>;

/**
 * Begins what the namespace's schedule wants at `due`; in one of all processes that notice. What was missed while none
 * was running is made up for once.
 */
export async function beginScheduled(
  { store, memory, now }: WorkServices,
  scheduleOf: ScheduleOf,
  namespace: string,
  due: number,
): Promise<void> {
  const id = memory.newId(now());
  const context = systemContext(id, now);
  const settings = await scheduleOf(context, namespace);
  // Taken away just now: then so was its time.
  if (settings === null) return;
  await store.begin(trailOf(context, "consolidate", { ids: [id] }), {
    namespace,
    id,
    options: scheduledOptions(settings),
    trigger: "schedule",
    agent: SYSTEM_ACTOR.agent,
    schedule: { due, next: nextTime(settings, now()) },
  });
}
