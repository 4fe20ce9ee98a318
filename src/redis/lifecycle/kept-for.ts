import type { KeptFor } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";
import { KEPT_FIELDS } from "../keys.js";

export async function keptFor({ redis, keys }: StoreDeps, namespace: string): Promise<KeptFor> {
  return keptOf(await redis.run((client) => client.hmGet(keys.settings(namespace), [...KEPT_FIELDS])));
}

export function keptOf(values: readonly (string | null)[]): KeptFor {
  const [receipts, audit, episodic, semantic, procedural, versions, sessions, stateHistory] = values.map(
    (value) => (value === null ? undefined : Number(value) * 1000),
  );
  return { receipts, audit, episodic, semantic, procedural, versions, sessions, stateHistory };
}
