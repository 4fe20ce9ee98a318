import type { Trail } from "../../access/trail.js";
import type { Claim, Progress, Settlement, Work } from "../../memory/consolidation/ports.js";
import type { Action, Again, Reached, RunStatus } from "../../memory/consolidation/run.js";
import { againField, decodeAgain, decodeReached, decodeRun } from "./codec.js";
import type { ConsolidationDeps } from "./deps.js";
import { scopeOf } from "./deps.js";
import { CODE, meaningOf } from "../scripts/codes.js";

/** A run that is taken up so often without coming on isn't tried again. */
const ATTEMPTS = 20;

export async function claim(
  { redis, keys }: ConsolidationDeps,
  namespace: string,
  leaseMs: number,
): Promise<Work | undefined> {
  const [kind, detail, fence, run, head] = await redis.run((client) =>
    client.claimConsolidation(
      [keys.consolidationHead(namespace), keys.consolidationDue(namespace)],
      [String(leaseMs), keys.consolidationPrefix(namespace), String(ATTEMPTS)],
    ),
  );
  if (kind === undefined) return undefined;
  if (kind === "schedule") return { kind: "schedule", due: Number(detail) };
  return {
    kind: "run",
    claim: {
      run: decodeRun(namespace, String(detail), run),
      fence: Number(fence),
      reached: decodeReached(head),
      again: decodeAgain(head),
    },
  };
}

const KEPT = { [CODE.DONE]: "kept", [CODE.LOST]: "lost" } as const;

/** What a worker keeps of a run. A missing field doesn't change. */
export interface Kept {
  readonly progress: Progress;
  readonly plan?: { readonly from: number; readonly actions: readonly Action[] };
  readonly action?: { readonly index: number; readonly action: Action };
}

export async function keep(
  { redis, keys }: ConsolidationDeps,
  held: Claim,
  leaseMs: number,
  { progress, plan, action }: Kept,
): Promise<"kept" | "lost"> {
  const scope = scopeOf(keys, held);
  const fields = fieldsOf(progress);
  const [code] = await redis.run((client) =>
    client.progressConsolidation(
      scope,
      [],
      [
        String(leaseMs),
        String(plan?.from ?? ""),
        String(action?.index ?? ""),
        action === undefined ? "" : JSON.stringify(action.action),
        String(fields.length / 2),
        ...fields,
        ...(plan?.actions ?? []).map((each) => JSON.stringify(each)),
      ],
    ),
  );
  return meaningOf("consolidation/lua/progress", code, KEPT);
}

function fieldsOf({ status, planned, settled, llm_calls, llm_tokens, reached }: Progress): string[] {
  const progress = reached === undefined ? undefined : JSON.stringify(reached);
  const named = { status, planned, settled, calls: llm_calls, tokens: llm_tokens, reached: progress };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}

export async function settle(
  { auditor, meter, keys }: ConsolidationDeps,
  trail: Trail,
  held: Claim,
  { index, action, target, ends, hidden, sources }: Settlement,
): Promise<readonly string[] | "lost" | "missing"> {
  const { namespace } = held.run;
  const scope = joined(meter(namespace), scopeOf(keys, held));
  const [code, ...ids] = await auditor.run(namespace, trail, (client, audit) =>
    client.settleConsolidation(
      audit,
      scope,
      [keys.uses(namespace)],
      [
        String(index),
        headOf(action),
        target ?? "",
        String(ends ?? ""),
        keys.recordPrefix(namespace),
        hidden ? "1" : "0",
        ...sources.flatMap(({ id, version }) => [id, String(version)]),
      ],
    ),
  );
  return meaningOf<readonly string[] | "lost" | "missing">("consolidation/lua/settle", code, {
    [CODE.DONE]: ids,
    [CODE.LOST]: "lost",
    [CODE.MISSING]: "missing",
  });
}

/** The action up to the value of `result.superseded`, which only the script knows. */
function headOf({ result, ...action }: Action): string {
  const { superseded: _, ...rest } = result ?? {};
  const json = JSON.stringify({ ...action, result: { ...rest, superseded: null } });
  return json.slice(0, -"null}}".length);
}

export async function reinstate(
  { auditor, meter, keys }: ConsolidationDeps,
  trail: Trail,
  held: Claim,
  made: readonly string[],
  superseded: readonly string[],
): Promise<"reinstated" | "lost"> {
  const { namespace } = held.run;
  const scope = joined(meter(namespace), scopeOf(keys, held));
  const [code] = await auditor.run(namespace, trail, (client, audit) =>
    client.reinstateMemories(
      audit,
      scope,
      [],
      [keys.recordPrefix(namespace), String(made.length), ...made, ...superseded],
    ),
  );
  return meaningOf("consolidation/lua/reinstate", code, {
    [CODE.DONE]: "reinstated",
    [CODE.LOST]: "lost",
  });
}

function joined(one: ReturnType<typeof scopeOf>, other: ReturnType<typeof scopeOf>) {
  return { keys: [...one.keys, ...other.keys], args: [...one.args, ...other.args] };
}

export async function finish(
  { redis, keys }: ConsolidationDeps,
  held: Claim,
  status: RunStatus,
  error: string | undefined,
  { reached, again }: { readonly reached: Reached; readonly again: Again },
): Promise<"kept" | "lost"> {
  const scope = scopeOf(keys, held);
  const fields = [
    ...Object.entries(reached).flatMap(([step, value]) => [step, String(value)]),
    ...Object.entries(again).flatMap(([step, ids]) => [againField(step), JSON.stringify(ids)]),
  ];
  const [code] = await redis.run((client) =>
    client.finishConsolidation(scope, [], [status, error ?? "", ...fields]),
  );
  return meaningOf("consolidation/lua/finish", code, KEPT);
}

export async function postpone({ redis, keys }: ConsolidationDeps, held: Claim, ms: number): Promise<void> {
  const scope = scopeOf(keys, held);
  await redis.run((client) => client.postponeConsolidation(scope, [], [String(ms)]));
}
