import { LEASE_MS, renewing } from "../../../domain/lease.js";
import type { Claim, ConsolidationStore, Progress } from "../ports.js";
import type { Action } from "../run.js";

/** Another process holds the run: the worker that gets this error stops. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  constructor() {
    super("another process has taken over this run");
  }
}

/** A claim that is renewed until it is let go. Every method throws {@link LeaseLost} once another one holds it. */
export interface Lease {
  readonly claim: Claim;
  /** Calls of a language model and their tokens so far. */
  readonly spent: { readonly calls: number; readonly tokens: number };
  spend(calls: number, tokens: number): void;
  held(): void;
  keep(index: number, action: Action, progress?: Progress): Promise<void>;
  plan(from: number, actions: readonly Action[]): Promise<void>;
  progress(progress: Progress): Promise<void>;
  letGo(): void;
}

/** @param since when claiming it was begun, by `performance.now` */
export function holdLease(
  store: ConsolidationStore,
  claim: Claim,
  since: number,
  stopping: AbortSignal,
): Lease {
  const spent = { calls: claim.run.llm_calls, tokens: claim.run.llm_tokens };
  let lost = false;
  const renewal = renewing(since, async (ms) => (await store.progress(claim, ms, {})) === "kept");

  function check(kept: "kept" | "lost"): void {
    lost ||= kept === "lost";
    held();
  }

  function held(): void {
    if (lost || !renewal.held()) throw new LeaseLost();
    if (stopping.aborted) throw new Stopping();
  }

  const cost = (): Progress => ({ llm_calls: spent.calls, llm_tokens: spent.tokens });
  return {
    claim,
    spent,
    spend(calls, tokens) {
      spent.calls += calls;
      spent.tokens += tokens;
    },
    held,
    keep: async (index, action, progress = {}) =>
      check(await store.keep(claim, LEASE_MS, index, action, { ...cost(), ...progress })),
    plan: async (from, actions) =>
      check(await store.plan(claim, LEASE_MS, from, actions, { planned: from + actions.length })),
    progress: async (progress) => check(await store.progress(claim, LEASE_MS, progress)),
    letGo: renewal.stop,
  };
}

/** This process ends: another one goes on. */
export class Stopping extends Error {
  override readonly name = "Stopping";
}
