import type { Trail } from "../../access/trail.js";
import type { MemoryRef, RemoveOutcome } from "../../memory/ports.js";
import type { StoreDeps } from "./deps.js";

const OUTCOMES = ["removed", "missing", "conflict", "published"] as const satisfies RemoveOutcome[];

export async function remove(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  expectedVersion: number | undefined,
): Promise<RemoveOutcome> {
  const code = await auditor.run(namespace, trail, (client, audit) =>
    client.removeMemory(
      audit,
      meter(namespace),
      [keys.record(namespace, id), keys.remains(namespace, id)],
      [
        expectedVersion === undefined ? "" : String(expectedVersion),
        keys.contentHashPrefix(namespace),
        id,
        keys.turnPrefix(namespace),
        keys.recordPrefix(namespace),
      ],
    ),
  );
  const outcome = OUTCOMES[code];
  if (outcome === undefined) throw new Error(`remove.lua returned ${code}`);
  return outcome;
}
