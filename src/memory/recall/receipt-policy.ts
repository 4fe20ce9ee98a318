import { scopeOf } from "../../access/grants.js";
import type { Keeping } from "../ports/receipts.js";
import type { Recorded } from "../ports/records.js";
import type { Services } from "../services.js";
import type { RecallOutcome } from "./outcome.js";

/**
 * Where the receipt of a recall is kept, and how long: of several namespaces, as the strictest of them says. Undefined:
 * there is none. `wanted`: true whenever one may be kept, undefined as often as the namespaces say.
 */
export async function keepingOf(
  { knownDefaults, retention }: Pick<Services, "knownDefaults" | "retention">,
  namespaces: readonly string[],
  wanted: boolean | undefined,
  { hits, recorded }: Pick<RecallOutcome, "hits" | "recorded">,
): Promise<Keeping | undefined> {
  if (wanted === false) return undefined;
  const names = new Set(namespaces);
  const named = [...names].filter((name) => !scopeOf(name).below);
  const settings = await Promise.all(named.map((name) => knownDefaults.of(name)));
  const least = (values: readonly number[], otherwise: number): number =>
    values.length === 0 ? otherwise : Math.min(...values);
  const keepSeconds = least(
    settings.map(({ receipts }) => receipts.keepSeconds ?? retention.receiptSeconds),
    retention.receiptSeconds,
  );
  const share = least(
    settings.map(({ receipts }) => receipts.share ?? 1),
    1,
  );
  if (keepSeconds === 0 || (wanted === undefined && Math.random() >= share)) return undefined;
  const namespace = names.size === 1 ? named[0] : undefined;
  const auditSeconds = settings[0]?.auditSeconds ?? retention.auditSeconds;
  const holdsAll = (entry: Recorded): boolean =>
    hits.every(({ memory }) => memory.namespace === entry.namespace && entry.ids.includes(memory.id));
  // What it shares must be there as long as it is.
  const shared = namespace !== undefined && auditSeconds >= keepSeconds ? recorded.find(holdsAll) : undefined;
  return { namespace, keepSeconds, recorded: shared };
}
