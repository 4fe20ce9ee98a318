import { scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Trail } from "../access/trail.js";
import { invalid } from "../domain/errors.js";
import { namesOf } from "../memory/ports/receipts.js";
import { keepSecondsOf } from "../memory/recall/receipt-policy.js";
import { allowScope } from "./import-run.js";
import type { ImportRun } from "./import-run.js";
import { CLOCKS_APART_MS } from "./prepare-line.js";
import { receiptInto } from "./into.js";
import type { ManifestLine, ReceiptLine } from "./lines.js";
import type { Outcome, PutOptions } from "./ports.js";

/** Records an act on a receipt in a namespace that it is of. One of a pattern belongs to no namespace alone. */
export function recordReceipt({ services }: ImportRun, name: string, trail: Trail): Promise<void> {
  const { audit } = services.memory;
  return scopeOf(name).below ? audit.system(trail, "created") : audit.record(name, trail, "created");
}

/** Stores a receipt under its own id, as long as the settings here still keep it. */
export async function importReceipt(
  run: ImportRun,
  line: ReceiptLine,
  manifest: ManifestLine,
  options: PutOptions,
): Promise<Outcome> {
  const here = receiptInto(line, manifest, run.options.into);
  // A recall of several namespaces has no place in another one.
  if (here === undefined) return "skipped";
  const { request, at } = here.receipt;
  const names = namesOf(here.receipt);
  for (const name of names) await allowScope(run, scopeOf(name));
  const now = run.context.now();
  // It would outlive all retention, and what erases receipts up to a time.
  if (at > now + CLOCKS_APART_MS) throw invalid("at", "The time of a recall is still to come.");
  const seconds = await keepSecondsOf(run.services.memory, request.namespaces);
  const endsAt = Math.min(at, now) + seconds * 1000;
  const outcome = await run.services.target.putReceipt(here, endsAt, { ...options, dryRun: true });
  if (outcome !== "created" || options.dryRun) return outcome;
  const trail = trailOf(run.context, "import.memory", { ids: [here.receipt.id] });
  for (const name of names) await recordReceipt(run, name, trail);
  return run.services.target.putReceipt(here, endsAt, options);
}
