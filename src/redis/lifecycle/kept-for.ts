import type { KeptFor } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/** The names in SETTING_FIELDS, in the order in which they are read. */
export const KEPT_FIELDS = [
  "retention_receipts_seconds",
  "retention_audit_seconds",
  "retention_episodic_seconds",
  "retention_semantic_seconds",
  "retention_procedural_seconds",
  "retention_versions_seconds",
  "retention_sessions_seconds",
  "retention_state_history_seconds",
];

export async function keptFor({ redis, keys }: StoreDeps, namespace: string): Promise<KeptFor> {
  return keptOf(await redis.run((client) => client.hmGet(keys.settings(namespace), KEPT_FIELDS)));
}

export function keptOf(values: readonly (string | null)[]): KeptFor {
  const [receipts, audit, episodic, semantic, procedural, versions, sessions, stateHistory] = values.map(
    (value) => (value === null ? undefined : Number(value) * 1000),
  );
  return { receipts, audit, episodic, semantic, procedural, versions, sessions, stateHistory };
}
