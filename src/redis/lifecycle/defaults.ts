import type { NamespaceDefaults } from "../../memory/ports/lifecycle.js";
import { PII_ACTIONS, PII_KINDS } from "../../pii/kinds.js";
import type { PiiAction, PiiKind, PiiPolicy } from "../../pii/kinds.js";
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
] as const;
const VERSION = "version";
const PII_FIELDS = [...PII_KINDS, "state", "region"].map((name) => `pii_${name}`);

export async function defaultsOf({ redis, keys }: StoreDeps, namespace: string): Promise<NamespaceDefaults> {
  const found = await redis.run((client) =>
    client.hmGet(keys.settings(namespace), [...FIELDS, ...PII_FIELDS, VERSION]),
  );
  const [episodic, semantic, procedural, weight, halfLifeDays, share, keepSeconds, auditSeconds] = found
    .slice(0, FIELDS.length)
    .map((value) => (value === null ? undefined : Number(value)));
  return {
    version: found.at(-1) ?? "",
    ttl: { episodic: life(episodic), semantic: life(semantic), procedural: life(procedural) },
    recency: { weight, halfLifeDays },
    receipts: { share, keepSeconds },
    auditSeconds,
    pii: policyOf(found.slice(FIELDS.length)),
  };
}

/** Undefined: everything is allowed, so nothing is looked for. */
function policyOf(found: readonly (string | null)[]): PiiPolicy | undefined {
  const actions: Partial<Record<PiiKind, Exclude<PiiAction, "allow">>> = {};
  for (const [index, kind] of PII_KINDS.entries()) {
    const action = PII_ACTIONS.find((each) => each === found[index]);
    if (action !== undefined && action !== "allow") actions[kind] = action;
  }
  if (Object.keys(actions).length === 0) return undefined;
  const [state, region] = found.slice(PII_KINDS.length);
  return { actions, state: state === "true", region: region ?? undefined };
}

/** 0: no expiry. */
const life = (seconds: number | undefined): number | null | undefined => (seconds === 0 ? null : seconds);
