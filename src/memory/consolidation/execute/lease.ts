import type { Claim, ConsolidationStore, Progress } from "../ports.js";
import type { Action } from "../run.js";

/** How long a lease holds: at most this long after a worker dies, another takes over. */
export const LEASE_MS = 12_000;
const RENEW_MS = 3_000;

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

export function holdLease(store: ConsolidationStore, claim: Claim, stopping: AbortSignal): Lease {
  const spent = { calls: claim.run.llm_calls, tokens: claim.run.llm_tokens };
  let lost = false;
  // A failure shows itself where the work needs Redis too.
  const renew = () =>
    void store.progress(claim, LEASE_MS, {}).then(
      (kept) => (lost ||= kept === "lost"),
      () => {},
    );
  const renewing = setInterval(renew, RENEW_MS);
  renewing.unref();

  function check(kept: "kept" | "lost"): void {
    lost ||= kept === "lost";
    held();
  }

  function held(): void {
    if (lost) throw new LeaseLost();
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
    letGo: () => clearInterval(renewing),
  };
}

/** This process ends: another one goes on. */
export class Stopping extends Error {
  override readonly name = "Stopping";
}
