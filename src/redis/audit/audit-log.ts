import { DELETING_VERBS } from "../../access/trail.js";
import type { AuditLog } from "../../access/ports.js";
import { DENIALS, SYSTEM } from "../keys.js";
import type { Auditor } from "./auditor.js";

/** Refusals have a trail of their own: in the namespace that was asked for, a stranger could fill another's trail. */
export function createAuditLog(auditor: Auditor): AuditLog {
  const record: AuditLog["record"] = async (namespace, trail, outcome) => {
    await auditor.run(namespace, trail, (client, audit) =>
      DELETING_VERBS.has(trail.verb) && outcome !== "denied"
        ? client.recordDeletion(audit, [], [outcome])
        : client.recordAudit(audit, [], [outcome]),
    );
  };
  return {
    record,
    system: (trail, outcome) => record(SYSTEM, trail, outcome),
    done: auditor.done,
    denied: (trail) => record(DENIALS, trail, "denied"),
  };
}
