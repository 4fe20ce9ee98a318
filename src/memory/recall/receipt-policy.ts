import { scopeOf } from "../../access/grants.js";
import type { Keeping } from "../ports/receipts.js";
import type { Recorded } from "../ports/records.js";
import type { Services } from "../services.js";
import type { RecallOutcome } from "./outcome.js";

/**
 * The place and retention of a recall's receipt; for several namespaces, the strictest of their settings. Undefined: no
 * receipt. `wanted`: true keeps one if settings allow it, undefined keeps the share that they set.
 */
export async function keepingOf(
  { knownDefaults, retention }: Pick<Services, "knownDefaults" | "retention">,
  namespaces: readonly string[],
  wanted: boolean | undefined,
  { hits, recorded }: Pick<RecallOutcome, "hits" | "recorded">,
): Promise<Keeping | undefined> {
  if (wanted === false) return undefined;
  const names = new Set(namespaces);
  const named = namesIn(namespaces);
  const settings = await Promise.all(named.map((name) => knownDefaults.of(name)));
  const keepSeconds = await keepSecondsOf({ knownDefaults, retention }, namespaces);
  const share = least(
    settings.map(({ receipts }) => receipts.share ?? 1),
    1,
  );
  if (keepSeconds === 0 || (wanted === undefined && Math.random() >= share)) return undefined;
  const namespace = names.size === 1 ? named[0] : undefined;
  const auditSeconds = settings[0]?.auditSeconds ?? retention.auditSeconds;
  const holdsAll = (entry: Recorded): boolean =>
    hits.every(({ memory }) => memory.namespace === entry.namespace && entry.ids.includes(memory.id));
  // The shared audit entry must exist as long as the receipt.
  const shared = namespace !== undefined && auditSeconds >= keepSeconds ? recorded.find(holdsAll) : undefined;
  return { namespace, keepSeconds, recorded: shared };
}

/** How long a receipt of these namespaces is kept: the strictest of their settings, in seconds. */
export async function keepSecondsOf(
  { knownDefaults, retention }: Pick<Services, "knownDefaults" | "retention">,
  namespaces: readonly string[],
): Promise<number> {
  const settings = await Promise.all(namesIn(namespaces).map((name) => knownDefaults.of(name)));
  const kept = settings.map(({ receipts }) => receipts.keepSeconds ?? retention.receiptSeconds);
  return least(kept, retention.receiptSeconds);
}

const namesIn = (namespaces: readonly string[]): string[] =>
  [...new Set(namespaces)].filter((name) => !scopeOf(name).below);

const least = (values: readonly number[], otherwise: number): number =>
  values.length === 0 ? otherwise : Math.min(...values);
