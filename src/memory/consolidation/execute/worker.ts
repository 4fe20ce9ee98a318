import type { CountTokens } from "../../../domain/tokens.js";
import { DomainError } from "../../../domain/errors.js";
import { LEASE_MS } from "../../../domain/lease.js";
import type { Sweeper } from "../../../domain/sweeper.js";
import { startSweeper } from "../../../domain/sweeper.js";
import { execute } from "./execute.js";
import { holdLease, LeaseLost, Stopping } from "./lease.js";
import type { Lease } from "./lease.js";
import { plan } from "../plan/plan.js";
import type { Reaching } from "../plan/planner.js";
import type { Claim } from "../ports.js";
import type { Again, Reached } from "../run.js";
import { beginScheduled } from "./scheduled.js";
import type { WorkServices } from "../services.js";
import { undo } from "./undo.js";

export interface ConsolidationWorkerOptions extends WorkServices {
  readonly everyMs: number;
  /** When the namespace's schedule comes next, and what it does; undefined: it has none any more. */
  readonly scheduleOf: Parameters<typeof beginScheduled>[1];
  readonly onError: (error: unknown) => void;
}

const SWEEP_SIZE = 10;
/** Delay before the next try of a run that failed, or that lacks what it needs. */
const STAND_BACK_MS = 10_000;
const AWAY_MS = 30_000;
/** Parts in which a plan is kept. */
const PLAN_PAGE = 50;

/**
 * Does the due runs, one at a time in this process, including runs that were requested from other processes. Each is
 * claimed with a lease and a fencing token. If a process dies, another one takes over the unsettled actions.
 */
export function startConsolidationWorker(options: ConsolidationWorkerOptions): Sweeper {
  const { store, now, everyMs, onError, scheduleOf } = options;
  return startSweeper({
    name: "consolidation",
    locks: undefined,
    everyMs,
    onError,
    async sweep({ each, stopping }) {
      let done = 0;
      const seen = await each(
        await store.due(now(), SWEEP_SIZE),
        async (namespace) => {
          const since = performance.now();
          const found = await store.claim(namespace, LEASE_MS);
          if (found?.kind === "schedule") await beginScheduled(options, scheduleOf, namespace, found.due);
          if (found?.kind === "run") await take(options, found.claim, since, stopping);
          if (found !== undefined) done += 1;
        },
        (namespace) => store.standBack(namespace, now() + STAND_BACK_MS),
      );
      return seen === 0 ? 0 : done;
    },
  });
}

async function take(
  options: ConsolidationWorkerOptions,
  claim: Claim,
  since: number,
  stopping: AbortSignal,
): Promise<void> {
  const { store, onError } = options;
  const lease = holdLease(store, claim, since, stopping);
  try {
    await work(options, lease);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    const away = error instanceof DomainError && error.retryAfterSeconds !== undefined;
    const stopped = error instanceof Stopping;
    await store.postpone(claim, stopped ? 0 : away ? AWAY_MS : STAND_BACK_MS).catch(() => {});
    if (!stopped && !away) onError(error);
  } finally {
    lease.letGo();
  }
}

async function work(services: WorkServices, lease: Lease): Promise<void> {
  const { store } = services;
  const { claim } = lease;
  const { run } = claim;
  const finish = async (
    status: Parameters<typeof store.finish>[1],
    reached: Reached,
    again: Again = {},
    error?: string,
  ) => {
    if ((await store.finish(claim, status, error, { reached, again })) === "lost") throw new LeaseLost();
  };
  if (run.error !== null) return finish("failed", {}, {}, run.error);
  if (run.status === "undoing") {
    await undo(services, lease);
    // The memories that it had seen are to be examined again.
    return finish("undone", { merge: 0, facts: 0 }, { merge: [], facts: [] });
  }
  const { count } = await services.countTokens();
  if (run.status === "planning") {
    const reaching: Reaching = {};
    await planAll(services, lease, count, reaching);
    if (run.options.dry_run) return finish("planned", {});
    await lease.progress({ status: "running", reached: reaching });
    return finish("done", reaching, await execute({ services, lease, count }));
  }
  return finish("done", run.reached, await execute({ services, lease, count }));
}

async function planAll(
  services: WorkServices,
  lease: Lease,
  count: CountTokens,
  reaching: Reaching,
): Promise<void> {
  let from = 0;
  let page: Parameters<Lease["plan"]>[1][number][] = [];
  // A plan may look at much that comes to nothing: meanwhile, too, another process may take over, or this one end.
  const pace = async (): Promise<void> => {
    lease.held();
    await services.pace();
  };
  for await (const action of plan({ ...services, pace }, lease.claim, count, reaching)) {
    page.push(action);
    if (page.length < PLAN_PAGE) continue;
    await lease.plan(from, page);
    from += page.length;
    page = [];
  }
  await lease.plan(from, page);
}
