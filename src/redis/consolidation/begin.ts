import type { Trail } from "../../access/trail.js";
import type { Begun, NewRun } from "../../memory/consolidation/ports.js";
import type { RunStatus } from "../../memory/consolidation/run.js";
import type { ConsolidationDeps } from "./deps.js";
import { CODE, meaningOf } from "../scripts/codes.js";

export function begin(deps: ConsolidationDeps, trail: Trail, run: NewRun): Promise<Begun> {
  const { namespace, id, options, trigger, agent, schedule } = run;
  return call(deps, trail, namespace, id, [
    JSON.stringify(options),
    trigger,
    agent,
    String(deps.retentionMs),
    String(schedule?.due ?? ""),
    String(schedule?.next ?? ""),
  ]);
}

export function beginUndo(
  deps: ConsolidationDeps,
  trail: Trail,
  namespace: string,
  id: string,
): Promise<Begun> {
  return call(deps, trail, namespace, id, ["", "", "", String(deps.retentionMs), "", ""]);
}

async function call(
  { auditor, keys }: ConsolidationDeps,
  trail: Trail,
  namespace: string,
  id: string,
  args: readonly string[],
): Promise<Begun> {
  const [code, detail = ""] = await auditor.run(namespace, trail, (client, audit) =>
    client.beginConsolidation(
      audit,
      [
        keys.consolidationHead(namespace),
        keys.consolidation(namespace, id),
        keys.consolidationActions(namespace, id),
        keys.consolidationDue(namespace),
        keys.consolidations(namespace),
      ],
      [id, namespace, ...args],
    ),
  );
  return meaningOf<Begun>("consolidation/lua/begin", code, {
    [CODE.DONE]: { kind: "begun", id: detail },
    [CODE.BUSY]: { kind: "busy", id: detail },
    [CODE.MISSING]: { kind: "missing" },
    [CODE.UNFIT]: { kind: "unfit", status: detail as RunStatus },
    [CODE.OUTDATED]: { kind: "outdated" },
  });
}
