import { scopeOf } from "../access/grants.js";
import { keepSecondsOf } from "../memory/recall/receipt-policy.js";
import { allowScope } from "./import-run.js";
import type { ImportRun } from "./import-run.js";
import { receiptInto } from "./into.js";
import type { ManifestLine, ReceiptLine } from "./lines.js";
import type { Outcome, PutOptions } from "./ports.js";

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
  const { request, hits, at } = here.receipt;
  const names = new Set([...request.namespaces, ...hits.map(({ namespace }) => namespace)]);
  for (const name of names) await allowScope(run, scopeOf(name));
  const seconds = await keepSecondsOf(run.services.memory, request.namespaces);
  return run.services.target.putReceipt(here, at + seconds * 1000, options);
}
