import { allows, scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import { ALL_RECEIPTS, namesOf, notedAt } from "../memory/ports/receipts.js";
import type { Receipt } from "../memory/ports/receipts.js";
import { recordReceipt } from "./import-receipt.js";
import type { ImportRun } from "./import-run.js";
import { IMPORT_ACT } from "./import-run.js";
import type { ErasedLine } from "./lines.js";
import type { Outcome } from "./ports.js";

/** Receipts that are still here go, together, and all of the lines are noted. Outcomes in their order. */
export async function putErasedReceipts(
  run: ImportRun,
  lines: readonly ErasedLine[],
): Promise<readonly Outcome[]> {
  const { services, context, options } = run;
  // They name what the file itself holds only where that is from before.
  if (options.restoreErased) return lines.map(() => "skipped");
  const going: Receipt[] = [];
  const until = new Map<string, number>();
  const outcomes: Outcome[] = [];
  for (const line of lines) {
    const left = await leftOver(run, line);
    const trail = trailOf(context, `${IMPORT_ACT}.memory`, left === undefined ? {} : { ids: [left.id] });
    const isNew = options.dryRun || (await services.target.putErased(trail, line));
    outcomes.push(left !== undefined ? "replaced" : isNew ? "created" : "unchanged");
    if (options.dryRun) continue;
    if (line.id === ALL_RECEIPTS)
      until.set(line.namespace, Math.max(line.at, until.get(line.namespace) ?? 0));
    if (left === undefined) continue;
    for (const name of namesOf(left)) if (name !== line.namespace) await recordReceipt(run, name, trail);
    going.push(left);
  }
  await services.memory.receipts.remove(going);
  await services.memory.receipts.forgetUntil(until);
  return outcomes;
}

/**
 * Anybody can write an id into a file. So a receipt goes only where its own deletion would be noted, by who may import it,
 * and if it is from before the line's time: to others it looks absent.
 */
async function leftOver({ services, context }: ImportRun, line: ErasedLine): Promise<Receipt | undefined> {
  if (line.id === ALL_RECEIPTS) return undefined;
  const { grants } = context.actor;
  return services.memory.receipts.get(
    line.id,
    (found) =>
      found.at <= line.at &&
      notedAt(found) === line.namespace &&
      namesOf(found).every((name) => allows(grants, "admin", scopeOf(name))),
  );
}
