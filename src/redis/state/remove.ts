import type { Trail } from "../../access/trail.js";
import { subjectOf } from "../../domain/idempotency.js";
import type { DeleteCommand } from "../../state/ports.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { encodePrecondition } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";

export async function remove(
  deps: StateDeps,
  trail: Trail,
  { ref: { namespace, key }, precondition, whole }: DeleteCommand,
): Promise<"removed" | "missing" | "conflict"> {
  const { auditor, keys } = deps;
  const [code] = await auditor.run(namespace, trail, (client, audit) =>
    client.deleteState(
      audit,
      scopeIn(deps, namespace, trail),
      [keys.state(namespace, key), keys.stateFacts(namespace, key), keys.stateHistory(namespace, key)],
      [key, encodePrecondition(precondition), whole === true ? "1" : ""],
    ),
  );
  const outcome = meaningOf("state/lua/delete", code, {
    [CODE.DONE]: "removed",
    [CODE.MISSING]: "missing",
    [CODE.CONFLICT]: "conflict",
  } as const);
  if (outcome !== "conflict") await eraseAnswers(deps, [subjectOf.state(namespace, key)]);
  return outcome;
}
