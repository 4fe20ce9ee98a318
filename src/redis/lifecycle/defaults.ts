import type { NamespaceDefaults } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/** The names in SETTING_FIELDS. */
const FIELDS = [
  "ttl_episodic_seconds",
  "ttl_semantic_seconds",
  "ttl_procedural_seconds",
  "recency_weight",
  "recency_half_life_days",
  "receipts_share",
  "retention_receipts_seconds",
  "retention_audit_seconds",
];

export async function defaultsOf({ redis, keys }: StoreDeps, namespace: string): Promise<NamespaceDefaults> {
  const found = await redis.run((client) => client.hmGet(keys.settings(namespace), FIELDS));
  const [episodic, semantic, procedural, weight, halfLifeDays, share, keepSeconds, auditSeconds] = found.map(
    (value) => (value === null ? undefined : Number(value)),
  );
  return {
    ttl: { episodic: life(episodic), semantic: life(semantic), procedural: life(procedural) },
    recency: { weight, halfLifeDays },
    receipts: { share, keepSeconds },
    auditSeconds,
  };
}

/** 0: no expiry. */
const life = (seconds: number | undefined): number | null | undefined => (seconds === 0 ? null : seconds);
