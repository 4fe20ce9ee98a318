import type { Trail } from "../../access/trail.js";
import type { StoreDeps } from "../deps.js";

export function freeOrphans(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  namespace: string,
  ids: readonly string[],
): Promise<number> {
  return auditor.run(namespace, trail, (client, audit) =>
    client.freeOrphans(audit, meter(namespace), [], [keys.recordPrefix(namespace), ...ids]),
  );
}
