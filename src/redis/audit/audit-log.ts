import { DELETING_VERBS } from "../../access/trail.js";
import type { AuditLog } from "../../access/ports.js";
import { DENIALS, SYSTEM } from "../keys.js";
import type { Auditor } from "./auditor.js";

/** Refusals have a trail of their own: in the namespace that was asked for, a stranger could fill another's trail. */
export function createAuditLog(auditor: Auditor): AuditLog {
  const record: AuditLog["record"] = async (namespace, trail, outcome, does) => {
    const args = does === undefined ? [outcome] : [outcome, does];
    await auditor.run(namespace, trail, (client, audit) =>
      DELETING_VERBS.has(trail.verb) && outcome !== "denied"
        ? client.recordDeletion(audit, [], args)
        : client.recordAudit(audit, [], args),
    );
  };
  return {
    record,
    system: (trail, outcome, does) => record(SYSTEM, trail, outcome, does),
    done: (namespace, operation) => auditor.done(namespace ?? SYSTEM, operation),
    denied: (trail) => record(DENIALS, trail, "denied"),
  };
}
