import { trailOf } from "../../../access/trail.js";
import { removeQuietly } from "../../erasure/remove-quietly.js";
import { contextOf } from "./execute.js";
import type { Lease } from "./lease.js";
import { LeaseLost } from "./lease.js";
import type { ActionResult } from "../run.js";
import type { WorkServices } from "../services.js";

const PAGE = 50;

/**
 * Undoes a run, the last action first: its sources come back into recall, then what it made is deleted. A memory that
 * was changed, seen again, judged, published or used as a source since is kept, and the action's result says so.
 */
export async function undo(services: WorkServices, lease: Lease): Promise<void> {
  const { planned } = lease.claim.run;
  let left = lease.claim.run.settled;
  for (let to = planned; to > 0; to -= PAGE) {
    const from = Math.max(0, to - PAGE);
    const actions = await services.store.actions(lease.claim, from, to - from);
    for (const [place, action] of [...actions.entries()].toReversed()) {
      lease.held();
      const { result } = action;
      if (result?.status !== "done") continue;
      const kept = await undoOne(services, lease, result);
      left -= 1;
      const undone = { ...action, result: { ...result, status: "undone", kept } } as const;
      await lease.keep(from + place, undone, { settled: Math.max(0, left) });
      await services.pace();
    }
  }
  // A skipped action superseded nothing.
  await lease.progress({ settled: 0 });
}

async function undoOne(services: WorkServices, { claim }: Lease, result: ActionResult): Promise<string[]> {
  const { run } = claim;
  const { store } = services.memory;
  const { made, superseded } = result;
  const present = await store.peekDetails(run.namespace, made);
  // Another run took it as a source: that one has to be undone first.
  if (present.some((memory) => memory !== undefined && memory.superseded_at !== null)) {
    return [...made, ...superseded];
  }
  const context = contextOf(services, run);
  // The script names those that come back; the deletions of the others are recorded by themselves.
  const trail = trailOf(context, "consolidation.undo");
  if ((await services.store.reinstate(trail, claim, made, superseded)) === "lost") throw new LeaseLost();
  const kept: string[] = [];
  for (const id of made) {
    const removed = await removeQuietly(
      services.memory,
      context,
      { namespace: run.namespace, id },
      { version: 1, untouched: true },
      "consolidation.undo",
    );
    if (removed === "conflict") kept.push(id);
  }
  return kept;
}
