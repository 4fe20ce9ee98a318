import { trailOf } from "../../../access/trail.js";
import type { Context } from "../../../domain/context.js";
import { systemContext } from "../../../domain/context.js";
import { DomainError } from "../../../domain/errors.js";
import { storeFaultOf } from "../../../domain/store-fault.js";
import type { CountTokens } from "../../../domain/tokens.js";
import { remember } from "../../remember/remember.js";
import { removeQuietly } from "../../erasure/remove-quietly.js";
import { consolidatedBy } from "../../model/made.js";
import type { Lease } from "./lease.js";
import { LeaseLost } from "./lease.js";
import { extractFacts } from "../language/facts.js";
import type { Asked } from "../language/ask.js";
import type { Action, ActionResult, Again, Draft, DraftMemory, Run, Step } from "../run.js";
import type { WorkServices } from "../services.js";
import { sourcesOf } from "../sources.js";
import { write } from "../language/summarise.js";

const PAGE = 50;
/** How long an unread memory that was ended can still be brought back. */
const GRACE_MS = 30 * 24 * 3600 * 1000;

export interface Working {
  readonly services: WorkServices;
  readonly lease: Lease;
  readonly count: CountTokens;
}

/** The context of mneme's acts for a run; the audit trail shows which run. */
export function contextOf({ now }: WorkServices, { id }: Run): Context {
  return systemContext(id, now);
}

/** The steps that look at what earlier runs haven't seen only; the others look at everything. */
const SEEN_ONCE: readonly Step[] = ["merge", "facts"];
/** Sources that the next run looks at again: the latest. */
const MOST_AGAIN = 20_000;

/**
 * Does a plan's actions, one after the other, from the first that isn't settled yet.
 *
 * 1. Decide what to write, and keep it with the action.
 * 2. Write it, under the given ids. Memories that are there already aren't written again.
 * 3. One script takes the sources out of recall and settles the action, if no other worker holds the run.
 *
 * After a crash, the next worker finds what was kept, and goes on from there.
 *
 * Returns the sources of actions that were skipped because something was in the way, so that the next run plans them
 * again.
 */
export async function execute(working: Working): Promise<Again> {
  const { services, lease } = working;
  const again = new Map<Step, string[]>(
    SEEN_ONCE.filter((step) => lease.claim.run.options.steps.includes(step)).map((step) => [step, []]),
  );
  const tried: Partial<Record<Step, ReadonlySet<string>>> = Object.fromEntries(
    SEEN_ONCE.map((step) => [step, new Set(lease.claim.again[step])]),
  );
  for (let from = 0; ; from += PAGE) {
    const actions = await services.store.actions(lease.claim, from, PAGE);
    for (const [place, action] of actions.entries()) {
      const result = action.result ?? (await act(working, from + place, action));
      if (mayBeTried(result, () => action.sources.some(({ id }) => tried[action.step]?.has(id)))) {
        again.get(action.step)?.push(...action.sources.map(({ id }) => id));
      }
      if (action.result === undefined) await services.pace();
    }
    if (actions.length < PAGE) {
      return Object.fromEntries([...again].map(([step, ids]) => [step, ids.slice(-MOST_AGAIN)]));
    }
  }
}

/** A second refusal is final, so there is only one more try. */
function mayBeTried({ status, reason }: ActionResult, isTried: () => boolean): boolean {
  if (status !== "skipped" || reason === null || reason === "nothing") return false;
  return reason !== "refused" || !isTried();
}

async function act(working: Working, index: number, action: Action): Promise<ActionResult> {
  const { lease } = working;
  lease.held();
  const draft = action.draft ?? (await decide(working, index, action));
  if (draft === undefined) return settle(working, index, action, skipped("nothing"));
  const unchanged = await sourcesOf(working.services, lease.claim.run.namespace, action.sources);
  if (unchanged === undefined) return skip(working, index, action, "changed", draft);
  try {
    const { made, found } = await writeAll(working, action.step, draft);
    const result = { status: "done", reason: null, made, found, superseded: [], ...draft.made } as const;
    return await settle(working, index, { ...action, draft }, result);
  } catch (error) {
    // A temporary error can be retried later. After a permanent one the action is skipped, and its sources stay as they
    // are.
    if (!(error instanceof DomainError) || error.retryAfterSeconds !== undefined) throw error;
    // A full store concerns all that write, and passes.
    if (storeFaultOf(error) !== undefined) throw error;
    const reason = error.code === "quota_exceeded" ? "quota" : "refused";
    return skip(working, index, action, reason, draft);
  }
}

/** Leaves an action, with nothing of it. */
async function skip(
  working: Working,
  index: number,
  action: Action,
  reason: ActionResult["reason"],
  draft: Draft,
): Promise<ActionResult> {
  const { services, lease } = working;
  const { run } = lease.claim;
  const { memory } = services;
  for (const { id } of draft.memories) {
    const ref = { namespace: run.namespace, id };
    if ((await memory.store.peek(ref)) === undefined) continue;
    await removeQuietly(memory, contextOf(services, run), ref, { version: 1 }, "consolidate");
  }
  return settle(working, index, action, skipped(reason, draft));
}

/** Has it written by a language model, and keeps that with what it cost before anything comes of it. */
async function decide(working: Working, index: number, action: Action): Promise<Draft | undefined> {
  const { services, lease, count } = working;
  const { run } = lease.claim;
  const budget = {
    calls: run.options.max_llm_calls - lease.spent.calls,
    tokens: run.options.max_llm_tokens - lease.spent.tokens,
  };
  const input = { services, run, count };
  const asked: Asked<Draft | undefined> =
    action.step === "summarise"
      ? await write(input, action.sources, budget)
      : await extractFacts(input, action.sources, budget);
  lease.spend(asked.calls, asked.tokens);
  if (asked.value === undefined) {
    // Else a run that is taken up again would spend it once more.
    await lease.progress({ llm_calls: lease.spent.calls, llm_tokens: lease.spent.tokens });
    return undefined;
  }
  await lease.keep(index, { ...action, draft: asked.value });
  return asked.value;
}

/** Ids of those that are written, and of others that say the same and were there. */
async function writeAll(
  working: Working,
  step: Step,
  draft: Draft,
): Promise<Pick<ActionResult, "made" | "found">> {
  const made: string[] = [];
  const found: string[] = [];
  for (const memory of draft.memories) {
    const id = await writeOne(working, step, memory);
    (id === memory.id ? made : found).push(id);
  }
  return { made, found };
}

async function writeOne(
  { services, lease }: Working,
  step: Step,
  { id, ...drafted }: DraftMemory,
): Promise<string> {
  const { run } = lease.claim;
  const input = { ...drafted, made: consolidatedBy(step) };
  const named = { ...services.memory, newId: () => id };
  const there = await named.store.peek({ namespace: run.namespace, id });
  const memory = there ?? (await remember(named, contextOf(services, run), run.namespace, input)).memory;
  // Before its sources are taken out of recall, it must be found as they are.
  if (memory.embedding.status === "pending" && named.embedder !== undefined) {
    throw new DomainError("embedder_unavailable", "The written memories aren't embedded yet.", {
      retryAfterSeconds: 15,
    });
  }
  return memory.id;
}

async function settle(
  working: Working,
  index: number,
  action: Action,
  result: ActionResult,
): Promise<ActionResult> {
  const { services, lease } = working;
  const { run } = lease.claim;
  const draft = result.status === "done" ? action.draft : undefined;
  const [first] = draft?.memories ?? [];
  const target = draft?.supersede.length === 0 ? undefined : first?.id;
  const trail = trailOf(contextOf(services, run), "consolidate", { ids: [...result.made] });
  const { draft: _, ...rest } = action;
  const settled = await services.store.settle(trail, lease.claim, {
    index,
    action: { ...rest, result },
    target,
    ends: draft !== undefined && first === undefined ? services.now() + GRACE_MS : undefined,
    // A summary is found by all that its episodes say; what says the same is found by itself.
    hidden: action.step !== "summarise",
    sources: draft?.supersede ?? [],
  });
  if (settled === "lost") throw new LeaseLost();
  // The superseding memory was deleted: the sources stay.
  if (settled === "missing") return settle(working, index, action, skipped("changed", draft));
  return result;
}

function skipped(reason: ActionResult["reason"], draft?: Draft): ActionResult {
  const { method = "deterministic", because = null } = draft?.made ?? {};
  return { status: "skipped", reason, made: [], found: [], superseded: [], method, because };
}
